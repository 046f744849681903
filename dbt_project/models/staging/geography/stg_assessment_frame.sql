with source as (

    select * from {{ ref('assessment_frame') }}

)

select
    series_code,
    cast(assessment_year as integer) as assessment_year,
    unit_code,
    {{ in_both_languages('name') }},
    unit_type,
    region_code,
    cast(is_included as boolean) as is_included,
    {{ in_both_languages('exclusion_reason') }},
    exclusion_origin
from source
