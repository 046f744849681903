with source as (

    select * from {{ source('raw', 'unit_attribute') }}

)

select
    unit_code as area_code,
    area_name,
    area_kind,
    part_of_code,
    attribute_code,
    as_of,
    value,
    source_title,
    licence,
    evidence_url,
    provenance,
    batch_id,
    row_number
from source
