with source as (

    select * from {{ ref('edition_methodology') }}

)

select
    series_code,
    cast(assessment_year as integer) as assessment_year,
    methodology_code,
    cast(is_primary as boolean) as is_primary,
    purpose
from source
