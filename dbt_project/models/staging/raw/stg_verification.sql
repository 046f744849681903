with source as (

    select * from {{ source('raw', 'verification') }}

)

select
    series_code,
    subject,
    unit_code,
    unit_code_received,
    assessment_year,
    measure_code,
    cluster_code,
    verdict,
    value,
    state,
    reason,
    verifier,
    verified_at,
    evidence_url,
    evidence_hash,
    provenance,
    batch_id,
    row_number
from source
