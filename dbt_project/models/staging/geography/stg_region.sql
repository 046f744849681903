with source as (

    select * from {{ ref('region') }}

)

select
    series_code,
    cast(assessment_year as integer) as assessment_year,
    region_code,
    region_level,
    parent_region_code,
    {{ in_both_languages('name') }}
from source
