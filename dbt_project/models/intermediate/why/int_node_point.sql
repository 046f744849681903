-- What is read several times DuckDB computes for all editions before it looks which of them are built.
{{ config(materialized="by_edition") }}

{% set max_depth = var('max_tree_depth') %}

with shares as (

    select * from {{ ref('int_node_share') }}
    where {{ is_built('assessment_year') }}

),

additive_units as (

    select * from {{ ref('int_unit_additive') }}
    where {{ is_built('assessment_year') }}

),

depth_0 as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        scores.node_code,
        scores.score is not null as is_scored,
        {{ scaled_integer('case when scores.score is not null then nodes.full_mark end', 10) }} as full_points,
        {{ scaled_integer('nodes.full_mark - scores.score', 10) }} as points_lost
    from {{ ref('int_node_score') }} as scores
    inner join {{ ref('int_methodology_node') }} as nodes
        on scores.methodology_code = nodes.methodology_code
        and scores.node_code = nodes.node_code
    left join additive_units
        on scores.series_code = additive_units.series_code
        and scores.assessment_year = additive_units.assessment_year
        and scores.methodology_code = additive_units.methodology_code
        and scores.unit_code = additive_units.unit_code
    where scores.depth = 0
        and {{ is_built('scores.assessment_year') }}
        and additive_units.unit_code is null

),

-- From the root down: the parent's full points and the points that it lost, shared out among its children. Shares that add
-- up to what is to be shared are taken as they are; others only give the proportions. Below a node without a score
-- nothing is won, so what it could have given is lost.
{% for depth in range(1, max_depth + 1) %}
full_points_{{ depth }} as (

    select
        shares.*,
        parents.is_scored as is_parent_scored,
        parents.points_lost as parent_points_lost,
        cast(
            case
                when parents.full_points is null then null
                when parents.full_points = shares.full_share_of_all then shares.full_share
                when shares.full_share_of_all = 0 then case when shares.is_first then parents.full_points else 0 end
                else {{ share_out(
                    'parents.full_points', 'shares.full_share', 'shares.full_share_so_far', 'shares.full_share_of_all'
                ) }}
            end as hugeint
        ) as full_points
    from shares
    inner join depth_{{ depth - 1 }} as parents
        on shares.series_code = parents.series_code
        and shares.assessment_year = parents.assessment_year
        and shares.methodology_code = parents.methodology_code
        and shares.unit_code = parents.unit_code
        and shares.parent_node_code = parents.node_code
    where shares.depth = {{ depth }}

),

depth_{{ depth }} as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        is_scored,
        full_points,
        cast(
            case
                when not is_parent_scored then full_points
                when parent_points_lost = lost_share_of_all then lost_share
                when counted_lost_share_of_all > 0 then {{ share_out(
                    'parent_points_lost', 'counted_lost_share', 'counted_lost_share_so_far', 'counted_lost_share_of_all'
                ) }}
                when parent_points_lost is null then null
                when full_share_of_all = 0 then case when is_first then parent_points_lost else 0 end
                else {{ share_out('parent_points_lost', 'full_share', 'full_share_so_far', 'full_share_of_all') }}
            end as hugeint
        ) as points_lost
    from full_points_{{ depth }}

),

{% endfor %}
points as (

    {% for depth in range(0, max_depth + 1) %}
    {% if not loop.first %}

    union all

    {% endif %}
    select * from depth_{{ depth }}
    {% endfor %}

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    {{ score_from_scaled('full_points - points_lost') }} as points,
    {{ score_from_scaled('full_points') }} as full_points,
    {{ score_from_scaled('points_lost') }} as points_lost
from points

union all

select
    scores.series_code,
    scores.assessment_year,
    scores.methodology_code,
    scores.unit_code,
    scores.node_code,
    scores.score as points,
    cast(nodes.full_mark as decimal(18, 10)) as full_points,
    cast(nodes.full_mark - scores.score as decimal(18, 10)) as points_lost
from {{ ref('int_node_score') }} as scores
inner join {{ ref('int_methodology_node') }} as nodes
    on scores.methodology_code = nodes.methodology_code
    and scores.node_code = nodes.node_code
inner join additive_units
    on scores.series_code = additive_units.series_code
    and scores.assessment_year = additive_units.assessment_year
    and scores.methodology_code = additive_units.methodology_code
    and scores.unit_code = additive_units.unit_code
