with observations as (

    select * from {{ ref('stg_observation') }}

),

editions as (

    select * from {{ ref('stg_edition') }}

),

primary_methodologies as (

    select * from {{ ref('int_edition_methodology') }}
    where is_primary

),

intervals as (

    select * from {{ ref('int_edition_interval') }}

),

observed_editions as (

    select distinct
        series_code,
        assessment_year
    from observations

)

-- The edition before is one of the series, scored or not: a gap shows as no comparison, not as a longer step.
select
    editions.series_code,
    editions.assessment_year,
    editions.frame_date,
    primary_methodologies.methodology_code as primary_methodology_code,
    editions.title_zh,
    editions.title_en,
    intervals.previous_assessment_year,
    editions.assessment_year = max(editions.assessment_year) over (partition by editions.series_code) as is_latest
from editions
inner join observed_editions
    on editions.series_code = observed_editions.series_code
    and editions.assessment_year = observed_editions.assessment_year
inner join primary_methodologies
    on editions.series_code = primary_methodologies.series_code
    and editions.assessment_year = primary_methodologies.assessment_year
left join intervals
    on editions.series_code = intervals.series_code
    and editions.assessment_year = intervals.assessment_year
