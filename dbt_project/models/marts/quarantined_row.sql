with quarantined as (

    select * from {{ ref('stg_quarantined_row') }}

),

batches as (

    select
        batch_id,
        min(file_name) as file_name
    from {{ ref('stg_batch') }}
    where is_effective
    group by batch_id

)

select
    quarantined.source,
    batches.file_name,
    quarantined.row_number,
    quarantined.rule,
    quarantined.column_name,
    quarantined.message,
    quarantined.message_zh,
    quarantined.unit_code,
    quarantined.assessment_year,
    quarantined.measure_code,
    quarantined.raw_payload,
    quarantined.batch_id
from quarantined
inner join batches
    on quarantined.batch_id = batches.batch_id
order by quarantined.source, batches.file_name, quarantined.row_number
