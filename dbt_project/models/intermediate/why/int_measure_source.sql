{{ config(materialized="view") }}

-- What a correction or a decision took the place of.
with overruled as (

    select
        candidates.series_code,
        candidates.assessment_year,
        candidates.unit_code,
        candidates.measure_code,
        candidates.value,
        candidates.state,
        candidates.source,
        candidates.batch_id,
        candidates.row_number
    from {{ ref('int_observation_candidate') }} as candidates
    inner join {{ ref('int_observation_reconciled') }} as observations
        on candidates.series_code = observations.series_code
        and candidates.assessment_year = observations.assessment_year
        and candidates.unit_code = observations.unit_code
        and candidates.measure_code = observations.measure_code
        and (
            (observations.source = 'decision' and not candidates.is_rejected)
            or (observations.source = 'verification' and candidates.source in ('observation', 'derivation'))
        )
    qualify row_number() over (
        partition by candidates.series_code, candidates.assessment_year, candidates.unit_code, candidates.measure_code
        order by candidates.precedence
    ) = 1

)

select
    measures.series_code,
    measures.assessment_year,
    measures.methodology_code,
    measures.unit_code,
    measures.node_code,
    measures.measure_code,
    cast(null as varchar) as cluster_code,
    measures.status as state,
    measures.value,
    cast(null as decimal(18, 10)) as event_points,
    measures.normalised_value,
    measures.deduction,
    measures.is_vetoed,
    measures.parameters,
    measures.parameters_zh,
    measures.arithmetic,
    measures.arithmetic_zh,
    measures.leaf_arithmetic,
    measures.leaf_arithmetic_zh,
    cast(null as date) as event_date,
    cast(null as varchar) as headline,
    observations.source,
    observations.channel,
    observations.collection_mode,
    observations.captured_at,
    observations.collector,
    observations.evidence_url,
    observations.evidence_hash,
    observations.provenance,
    observations.batch_id,
    observations.row_number,
    observations.candidate_count,
    decisions.verdict as verification_verdict,
    decisions.value as verification_value,
    decisions.state as verification_state,
    decisions.reason as verification_reason,
    decisions.verifier,
    decisions.verified_at,
    decisions.batch_id as verification_batch_id,
    decisions.row_number as verification_row_number,
    overrulings.decision_code,
    overrulings.reason as decision_reason,
    overrulings.role_code as decision_role_code,
    overruled.value as overruled_value,
    overruled.state as overruled_state,
    overruled.source as overruled_source,
    overruled.batch_id as overruled_batch_id,
    overruled.row_number as overruled_row_number
from {{ ref('int_measure_trace') }} as measures
left join {{ ref('int_observation_reconciled') }} as observations
    on measures.series_code = observations.series_code
    and measures.assessment_year = observations.assessment_year
    and measures.unit_code = observations.unit_code
    and measures.measure_code = observations.measure_code
left join {{ ref('int_verification_decision') }} as decisions
    on measures.series_code = decisions.series_code
    and measures.assessment_year = decisions.assessment_year
    and measures.unit_code = decisions.unit_code
    and measures.measure_code = decisions.measure_code
    and decisions.subject = 'observation'
left join {{ ref('int_decision') }} as overrulings
    on measures.series_code = overrulings.series_code
    and measures.assessment_year = overrulings.assessment_year
    and measures.unit_code = overrulings.unit_code
    and measures.measure_code = overrulings.measure_code
    and overrulings.subject = 'observation'
    and overrulings.decision_status = 'in_effect'
left join overruled
    on measures.series_code = overruled.series_code
    and measures.assessment_year = overruled.assessment_year
    and measures.unit_code = overruled.unit_code
    and measures.measure_code = overruled.measure_code
