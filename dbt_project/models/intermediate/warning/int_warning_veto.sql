{{ config(materialized="by_edition") }}

-- What a cell says, and what the same cell said in an earlier capture of the same edition, and no longer says.
with rules as (

    select
        methodology_code,
        measure_code,
        veto_operator,
        veto_threshold
    from {{ ref('int_methodology_rule') }}

),

measure_scores as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        scores.node_code,
        scores.measure_code,
        scores.rule_family,
        scores.is_vetoed,
        scores.value,
        rules.veto_operator,
        rules.veto_threshold,
        observations.source,
        observations.captured_at
    from {{ ref('int_measure_score') }} as scores
    inner join rules
        using (methodology_code, measure_code)
    inner join {{ ref('int_observation_reconciled') }} as observations
        using (series_code, assessment_year, unit_code, measure_code)

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    measure_code,
    value,
    veto_threshold,
    cast(captured_at as date) as first_seen,
    cast(null as date) as mended_on
from measure_scores
where is_vetoed

union all

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    scores.node_code,
    measure_code,
    max(candidates.value) as value,
    scores.veto_threshold,
    cast(min(candidates.captured_at) as date) as first_seen,
    cast(max(scores.captured_at) as date) as mended_on
from measure_scores as scores
inner join {{ ref('int_observation_candidate') }} as candidates
    using (series_code, assessment_year, unit_code, measure_code)
where scores.source = 'observation'
    and scores.rule_family = 'veto'
    and not scores.is_vetoed
    and candidates.captured_at < scores.captured_at
    and not candidates.is_rejected
    and case scores.veto_operator
        when '>=' then candidates.value >= scores.veto_threshold
        when '>' then candidates.value > scores.veto_threshold
        when '<=' then candidates.value <= scores.veto_threshold
        when '<' then candidates.value < scores.veto_threshold
    end
group by
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    scores.node_code,
    measure_code,
    scores.veto_threshold
