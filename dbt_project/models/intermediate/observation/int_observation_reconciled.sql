{{ config(materialized="by_edition") }}

with candidates as (

    select * from {{ ref('int_observation_candidate') }}

),

decisions as (

    select * from {{ ref('int_decision') }}
    where decision_status = 'in_effect'
        and subject = 'observation'

),

found_values as (

    select
        series_code,
        unit_code,
        assessment_year,
        measure_code,
        value,
        state,
        source = 'verification' or is_confirmable as is_verified,
        channel,
        collection_mode,
        captured_at,
        evidence_url,
        evidence_hash,
        collector,
        provenance,
        source,
        batch_id,
        row_number,
        verification_batch_id,
        verification_row_number,
        candidate_count
    from candidates
    where precedence = 1
        and not is_rejected

),

-- A decision in effect takes the place of whatever was found.
undecided as (

    select found_values.*
    from found_values
    left join decisions
        on found_values.series_code = decisions.series_code
        and found_values.unit_code = decisions.unit_code
        and found_values.assessment_year = decisions.assessment_year
        and found_values.measure_code = decisions.measure_code
    where decisions.decision_code is null

)

select * from undecided

union all

select
    decisions.series_code,
    decisions.unit_code,
    decisions.assessment_year,
    decisions.measure_code,
    decisions.value,
    case when decisions.value is not null then 'observed' else decisions.state end as state,
    true as is_verified,
    cast(null as varchar) as channel,
    cast(null as varchar) as collection_mode,
    decisions.decided_at as captured_at,
    decisions.evidence_url,
    decisions.evidence_hash,
    decisions.role_code as collector,
    decisions.provenance,
    'decision' as source,
    decisions.batch_id,
    decisions.row_number,
    cast(null as varchar) as verification_batch_id,
    cast(null as integer) as verification_row_number,
    coalesce(candidates.candidate_count, 0) as candidate_count
from decisions
left join candidates
    on decisions.series_code = candidates.series_code
    and decisions.unit_code = candidates.unit_code
    and decisions.assessment_year = candidates.assessment_year
    and decisions.measure_code = candidates.measure_code
    and candidates.precedence = 1
