with source as (

    select * from {{ source('raw', 'observation') }}

)

select
    series_code,
    unit_code,
    unit_code_received,
    assessment_year,
    measure_code,
    value,
    state,
    channel,
    collection_mode,
    captured_at,
    evidence_url,
    evidence_hash,
    collector,
    provenance,
    batch_id,
    row_number
from source
