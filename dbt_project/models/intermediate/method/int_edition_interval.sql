with ordered_editions as (

    select
        series_code,
        assessment_year,
        frame_date,
        lag(assessment_year) over (partition by series_code order by assessment_year) as previous_assessment_year,
        lag(frame_date) over (partition by series_code order by assessment_year) as previous_frame_date
    from {{ ref('stg_edition') }}

)

select
    series_code,
    assessment_year,
    previous_assessment_year,
    extract(year from frame_date) as frame_year,
    extract(year from previous_frame_date) as previous_frame_year
from ordered_editions
where previous_assessment_year is not null
