{{ config(materialized="by_edition") }}

with contributions as (

    select * from {{ ref('score_contribution') }}
    where is_leaf
        and points_lost > 0

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

-- Families in which a child has no score, so that its siblings stand in for it.
families_with_gaps as (

    select distinct
        gaps.series_code,
        gaps.assessment_year,
        gaps.methodology_code,
        gaps.unit_code,
        gaps.parent_node_code
    from {{ ref('score_contribution') }} as gaps
    inner join nodes
        on gaps.methodology_code = nodes.methodology_code
        and gaps.node_code = nodes.node_code
    inner join nodes as parents
        on nodes.methodology_code = parents.methodology_code
        and nodes.parent_node_code = parents.node_code
    where gaps.score is null
        and (nodes.is_base or parents.aggregation <> 'sum')

),

-- In whose place a leaf may stand: of each node on the way up to the root, but for what is added outside the base.
lines_of_descent as (

    select
        leaves.methodology_code,
        leaves.node_code,
        members.parent_node_code
    from nodes as leaves
    inner join nodes as members
        on leaves.methodology_code = members.methodology_code
        and starts_with(leaves.sort_path || '.', members.sort_path || '.')
    inner join nodes as parents
        on members.methodology_code = parents.methodology_code
        and members.parent_node_code = parents.node_code
    where leaves.is_leaf
        and (members.is_base or parents.aggregation <> 'sum')

),

reweighted as (

    select distinct
        contributions.series_code,
        contributions.assessment_year,
        contributions.methodology_code,
        contributions.unit_code,
        contributions.node_code
    from contributions
    inner join lines_of_descent
        on contributions.methodology_code = lines_of_descent.methodology_code
        and contributions.node_code = lines_of_descent.node_code
    inner join families_with_gaps
        on contributions.series_code = families_with_gaps.series_code
        and contributions.assessment_year = families_with_gaps.assessment_year
        and contributions.methodology_code = families_with_gaps.methodology_code
        and contributions.unit_code = families_with_gaps.unit_code
        and lines_of_descent.parent_node_code = families_with_gaps.parent_node_code

),

lost_marks as (

    select
        contributions.*,
        bonus_nodes.node_code is not null as is_bonus,
        reweighted.node_code is not null as is_reweighted
    from contributions
    left join reweighted
        on contributions.series_code = reweighted.series_code
        and contributions.assessment_year = reweighted.assessment_year
        and contributions.methodology_code = reweighted.methodology_code
        and contributions.unit_code = reweighted.unit_code
        and contributions.node_code = reweighted.node_code
    left join {{ ref('int_bonus_node') }} as bonus_nodes
        on contributions.methodology_code = bonus_nodes.methodology_code
        and contributions.node_code = bonus_nodes.node_code

)

{% set worth = plain_number('cast(round(full_points, 4) as decimal(9, 4))') %}

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    parent_node_code,
    sort_path,
    node_name_zh,
    node_name_en,
    full_mark,
    score,
    points,
    full_points,
    points_lost,
    is_bonus,
    cast(
        row_number() over (
            partition by series_code, assessment_year, methodology_code, unit_code
            order by is_bonus, points_lost desc, sort_path
        ) as integer
    ) as lost_rank,
    status,
    reason_zh,
    reason_en,
    is_reweighted,
    {{ filled('messages.text_zh', {'points': worth}) }} as weighting_zh,
    {{ filled('messages.text_en', {'points': worth}) }} as weighting_en
from lost_marks
left join {{ ref('stg_message') }} as messages
    on is_reweighted
    and messages.message_code = 'weighting_reweighted'
order by series_code, assessment_year, methodology_code, unit_code, lost_rank
