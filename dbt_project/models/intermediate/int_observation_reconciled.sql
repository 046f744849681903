with candidates as (

    select * from {{ ref('int_observation_candidate') }}

)

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
