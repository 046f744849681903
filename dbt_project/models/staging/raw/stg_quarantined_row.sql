with source as (

    select * from {{ source('raw', 'quarantined_row') }}

)

select
    source,
    batch_id,
    row_number,
    unit_code,
    assessment_year,
    measure_code,
    row_key,
    rule,
    column_name,
    message,
    message_zh,
    raw_payload
from source
-- For a row that was mended in another file, the row there stands.
where replaced_by_batch_id is null
