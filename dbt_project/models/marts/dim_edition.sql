with editions as (

    select * from {{ ref('int_edition') }}

),

series as (

    select * from {{ ref('stg_series') }}

)

select
    editions.series_code,
    editions.assessment_year,
    series.name_zh as series_name_zh,
    series.name_en as series_name_en,
    editions.title_zh,
    editions.title_en,
    editions.frame_date,
    editions.primary_methodology_code,
    editions.previous_assessment_year,
    series.publication_digits
from editions
inner join series
    on editions.series_code = series.series_code
order by editions.series_code, editions.assessment_year
