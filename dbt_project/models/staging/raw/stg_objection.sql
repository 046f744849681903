with source as (

    select * from {{ source('raw', 'objection') }}

)

select
    series_code,
    objection_code,
    unit_code,
    unit_code_received,
    assessment_year,
    subject,
    measure_code,
    cluster_code,
    request,
    value as claimed_value,
    state as claimed_state,
    reason,
    evidence_url,
    evidence_hash,
    submitted_by,
    submitted_at,
    provenance,
    batch_id,
    row_number
from source
