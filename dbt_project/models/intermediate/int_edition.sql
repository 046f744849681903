with observations as (

    select * from {{ ref('stg_observation') }}

),

editions as (

    select * from {{ ref('stg_edition') }}

),

observed_editions as (

    select distinct
        series_code,
        assessment_year
    from observations

)

select
    editions.series_code,
    editions.assessment_year,
    editions.frame_date,
    editions.primary_methodology_code,
    editions.title_zh,
    editions.title_en,
    max(editions.assessment_year) over (
        partition by editions.series_code
        order by editions.assessment_year
        rows between 1 preceding and 1 preceding
    ) as previous_assessment_year
from editions
inner join observed_editions
    on editions.series_code = observed_editions.series_code
    and editions.assessment_year = observed_editions.assessment_year
