{{ config(materialized="by_edition") }}

with node_scores as (

    select * from {{ ref('int_node_score') }}
    where depth = 0

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

methodologies as (

    select * from {{ ref('stg_methodology') }}

),

series as (

    select * from {{ ref('stg_series') }}

),

bands as (

    select * from {{ ref('int_methodology_grade_band') }}

),

bases as (

    select
        roots.methodology_code,
        max(case when roots.aggregation = 'sum' and children.is_base then 1 else 0 end) as depth
    from nodes as roots
    left join nodes as children
        on roots.methodology_code = children.methodology_code
        and roots.node_code = children.parent_node_code
    where roots.parent_node_code is null
    group by roots.methodology_code

),

-- Marks of the base: of the base children of a root that adds up, of the root itself where that is the base.
base_marks as (

    select
        base_scores.series_code,
        base_scores.assessment_year,
        base_scores.methodology_code,
        base_scores.unit_code,
        sum(base_nodes.full_mark) as base_full_mark,
        sum(base_scores.applicable_mark) as applicable_mark,
        sum(base_scores.assessed_mark) as assessed_mark
    from {{ ref('int_node_score') }} as base_scores
    inner join nodes as base_nodes
        on base_scores.methodology_code = base_nodes.methodology_code
        and base_scores.node_code = base_nodes.node_code
    inner join bases
        on base_scores.methodology_code = bases.methodology_code
        and base_scores.depth = bases.depth
    where base_scores.depth = 0
        or base_nodes.is_base
    group by
        base_scores.series_code,
        base_scores.assessment_year,
        base_scores.methodology_code,
        base_scores.unit_code

),

vetoes as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        count(*) as veto_count
    from {{ ref('int_leaf_score') }}
    where is_vetoed
    group by series_code, assessment_year, methodology_code, unit_code

),

scores as (

    select
        node_scores.series_code,
        node_scores.assessment_year,
        node_scores.methodology_code,
        node_scores.unit_code,
        node_scores.node_code,
        node_scores.unrounded_score,
        node_scores.score,
        node_scores.base_score,
        nodes.full_mark,
        cast(
            case methodologies.rank_basis
                when 'published_score' then {{ published_score('node_scores.score', 'series.publication_digits') }}
                else node_scores.unrounded_score
            end as decimal(18, 10)
        ) as ranking_score,
        cast(base_marks.base_full_mark as decimal(9, 4)) as base_full_mark,
        cast(base_marks.applicable_mark as decimal(18, 13)) as applicable_mark,
        cast(base_marks.assessed_mark as decimal(18, 13)) as assessed_mark,
        {{ share_of('base_marks.assessed_mark', 'base_marks.applicable_mark', 13) }} as coverage,
        coalesce(vetoes.veto_count, 0) as veto_count,
        coalesce(
            node_scores.score is not null
            and base_marks.applicable_mark > 0
            and {{ reaches_coverage(
                'base_marks.assessed_mark', 'base_marks.applicable_mark', 'methodologies.min_ranked_coverage'
            ) }},
            false
        ) as is_ranked
    from node_scores
    inner join nodes
        on node_scores.methodology_code = nodes.methodology_code
        and node_scores.node_code = nodes.node_code
    inner join methodologies
        on node_scores.methodology_code = methodologies.methodology_code
    inner join series
        on node_scores.series_code = series.series_code
    inner join base_marks
        on node_scores.series_code = base_marks.series_code
        and node_scores.assessment_year = base_marks.assessment_year
        and node_scores.methodology_code = base_marks.methodology_code
        and node_scores.unit_code = base_marks.unit_code
    left join vetoes
        on node_scores.series_code = vetoes.series_code
        and node_scores.assessment_year = vetoes.assessment_year
        and node_scores.methodology_code = vetoes.methodology_code
        and node_scores.unit_code = vetoes.unit_code

)

select
    scores.series_code,
    scores.assessment_year,
    scores.methodology_code,
    scores.unit_code,
    scores.node_code,
    scores.unrounded_score,
    scores.ranking_score,
    scores.score,
    scores.full_mark,
    scores.base_score,
    scores.base_full_mark,
    scores.applicable_mark,
    scores.assessed_mark,
    scores.coverage,
    scores.veto_count,
    scores.is_ranked,
    bands.grade
from scores
left join bands
    on scores.methodology_code = bands.methodology_code
    and scores.score >= coalesce(bands.lower_bound, scores.score)
    and (bands.upper_bound is null or scores.score < bands.upper_bound)
