{{ config(materialized="by_edition", looks_back=true) }}

with scores as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        depth,
        score,
        is_event_only
    from {{ ref('int_node_score') }}

)

select
    scores.*,
    previous_scores.score as previous_score
from scores
inner join {{ ref('int_unit_before') }} as before
    using (series_code, assessment_year, unit_code)
inner join scores as previous_scores
    on scores.series_code = previous_scores.series_code
    and before.previous_assessment_year = previous_scores.assessment_year
    and scores.methodology_code = previous_scores.methodology_code
    and before.previous_unit_code = previous_scores.unit_code
    and scores.node_code = previous_scores.node_code
where not scores.is_event_only
    and scores.score < previous_scores.score
    and (scores.depth = 0 or scores.score <= (
        select max(threshold) from {{ ref('int_warning_rule') }} where warning_kind = 'indicator_zero'
    ))
