with source as (

    select * from {{ ref('edition') }}

)

select
    series_code,
    cast(assessment_year as integer) as assessment_year,
    cast(frame_date as date) as frame_date,
    {{ in_both_languages('title') }}
from source
