with source as (

    select * from {{ source('raw', 'narrative') }}

)

select
    unit_code as place_code,
    report_year as assessment_year,
    section,
    position,
    text,
    source_name,
    source_url,
    provenance,
    batch_id,
    row_number
from source
