with source as (

    select * from {{ source('raw', 'decision_log') }}

)

select
    entry_number,
    previous_hash,
    entry_hash,
    action,
    decision_code,
    series_code,
    unit_code,
    assessment_year,
    decision,
    delivery_seq,
    received_at,
    file_name,
    file_sha256,
    batch_id,
    row_number
from source
