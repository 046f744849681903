with source as (

    select * from {{ ref('assessment_frame') }}

)

select
    series_code,
    cast(assessment_year as integer) as assessment_year,
    unit_code,
    name_zh,
    name_en,
    unit_type,
    region_code,
    cast(is_included as boolean) as is_included,
    exclusion_reason_zh,
    exclusion_reason_en,
    exclusion_origin
from source
