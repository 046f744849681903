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

),

-- The edition before is one of the series, scored or not: a gap shows as no comparison, not as a longer step.
ordered_editions as (

    select
        *,
        lag(assessment_year) over (partition by series_code order by assessment_year) as previous_assessment_year
    from editions

)

select
    ordered_editions.series_code,
    ordered_editions.assessment_year,
    ordered_editions.frame_date,
    ordered_editions.primary_methodology_code,
    ordered_editions.title_zh,
    ordered_editions.title_en,
    ordered_editions.previous_assessment_year
from ordered_editions
inner join observed_editions
    on ordered_editions.series_code = observed_editions.series_code
    and ordered_editions.assessment_year = observed_editions.assessment_year
