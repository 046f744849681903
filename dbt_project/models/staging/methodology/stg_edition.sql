with source as (

    select * from {{ ref('edition') }}

)

select
    series_code,
    cast(assessment_year as integer) as assessment_year,
    cast(frame_date as date) as frame_date,
    title_zh,
    title_en
from source
