with node_scores as (

    select * from {{ ref('int_node_score') }}
    where depth <= 1

),

lineages as (

    select * from {{ ref('int_unit_lineage') }}

),

unit_scores as (

    select * from {{ ref('fct_unit_score') }}

),

ordered as (

    select
        node_scores.series_code,
        node_scores.methodology_code,
        lineages.lineage_code,
        node_scores.unit_code,
        node_scores.node_code,
        node_scores.depth as node_level,
        node_scores.assessment_year,
        node_scores.score,
        lag(node_scores.assessment_year) over unit_years as previous_assessment_year,
        lag(node_scores.unit_code) over unit_years as previous_unit_code,
        lag(node_scores.score) over unit_years as previous_score,
        lag(node_scores.assessment_year, 2) over unit_years as first_assessment_year,
        lag(node_scores.score, 2) over unit_years as first_score,
        case when node_scores.depth = 0 then unit_scores.rank_national end as rank_national,
        lag(case when node_scores.depth = 0 then unit_scores.rank_national end) over unit_years
            as previous_rank_national
    from node_scores
    inner join lineages
        on node_scores.series_code = lineages.series_code
        and node_scores.assessment_year = lineages.assessment_year
        and node_scores.unit_code = lineages.unit_code
    inner join unit_scores
        on node_scores.series_code = unit_scores.series_code
        and node_scores.assessment_year = unit_scores.assessment_year
        and node_scores.methodology_code = unit_scores.methodology_code
        and node_scores.unit_code = unit_scores.unit_code
    window unit_years as (
        partition by
            node_scores.series_code,
            node_scores.methodology_code,
            lineages.lineage_code,
            node_scores.node_code
        order by node_scores.assessment_year
    )

)

select
    series_code,
    methodology_code,
    unit_code,
    node_code,
    assessment_year,
    lineage_code,
    node_level,
    score,
    previous_assessment_year,
    previous_unit_code,
    previous_score,
    cast(score - previous_score as decimal(18, 10)) as change_from_previous,
    first_assessment_year,
    first_score,
    cast(score - first_score as decimal(18, 10)) as three_year_change,
    {{ trend_direction('score - first_score') }} as three_year_direction,
    rank_national,
    previous_rank_national,
    previous_rank_national - rank_national as rank_gain
from ordered
order by series_code, methodology_code, unit_code, node_level, node_code, assessment_year
