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

bands as (

    select * from {{ ref('stg_grade_band') }}

),

base_marks as (

    select
        dimension_scores.series_code,
        dimension_scores.assessment_year,
        dimension_scores.methodology_code,
        dimension_scores.unit_code,
        sum(dimensions.full_mark) as base_full_mark,
        sum(dimension_scores.applicable_mark) as applicable_mark,
        sum(dimension_scores.assessed_mark) as assessed_mark
    from {{ ref('int_node_score') }} as dimension_scores
    inner join nodes as dimensions
        on dimension_scores.methodology_code = dimensions.methodology_code
        and dimension_scores.node_code = dimensions.node_code
        and dimensions.is_base
    where dimension_scores.depth = 1
    group by
        dimension_scores.series_code,
        dimension_scores.assessment_year,
        dimension_scores.methodology_code,
        dimension_scores.unit_code

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
            case when nodes.aggregation = 'sum' then coalesce(base_marks.base_full_mark, nodes.full_mark) else nodes.full_mark end
            as decimal(9, 4)
        ) as base_full_mark,
        cast(coalesce(base_marks.applicable_mark, 0) as decimal(18, 10)) as applicable_mark,
        cast(coalesce(base_marks.assessed_mark, 0) as decimal(18, 10)) as assessed_mark,
        {{ score_quotient('base_marks.assessed_mark', 'base_marks.applicable_mark', 10, 10) }} as coverage,
        coalesce(vetoes.veto_count, 0) as veto_count,
        coalesce(
            node_scores.score is not null
            and base_marks.applicable_mark > 0
            and base_marks.assessed_mark >= base_marks.applicable_mark * methodologies.min_ranked_coverage,
            false
        ) as is_ranked
    from node_scores
    inner join nodes
        on node_scores.methodology_code = nodes.methodology_code
        and node_scores.node_code = nodes.node_code
    inner join methodologies
        on node_scores.methodology_code = methodologies.methodology_code
    left join base_marks
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
