with source as (

    select * from {{ source('raw', 'batch') }}

)

select
    batch_id,
    source,
    file_name,
    file_sha256,
    contract_version,
    file_format,
    encoding,
    row_count,
    accepted_count,
    quarantined_count,
    state,
    error_rule,
    error_message,
    is_effective,
    delivery_seq,
    received_at
from source
