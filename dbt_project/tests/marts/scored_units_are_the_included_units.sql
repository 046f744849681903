-- Fails with each included unit of the frame that a methodology has no row for, and with each row of a unit that is not
-- included; and with each scored unit without a grade, or the other way round, where the methodology has grades.
with included_units as (

    select
        frames.series_code,
        frames.assessment_year,
        methodologies.methodology_code,
        frames.unit_code
    from {{ ref('int_edition') }} as editions
    inner join {{ ref('stg_assessment_frame') }} as frames
        on editions.series_code = frames.series_code
        and editions.assessment_year = frames.assessment_year
        and frames.is_included
    inner join {{ ref('int_edition_methodology') }} as methodologies
        on editions.series_code = methodologies.series_code
            and editions.assessment_year = methodologies.assessment_year

),

scored_units as (

    select * from {{ ref('fct_unit_score') }}

),

graded_methodologies as (

    select distinct methodology_code
    from {{ ref('dim_grade') }}

)

select
    coalesce(included_units.series_code, scored_units.series_code) as series_code,
    coalesce(included_units.assessment_year, scored_units.assessment_year) as assessment_year,
    coalesce(included_units.methodology_code, scored_units.methodology_code) as methodology_code,
    coalesce(included_units.unit_code, scored_units.unit_code) as unit_code,
    scored_units.score,
    scored_units.grade
from included_units
full outer join scored_units
    on included_units.series_code = scored_units.series_code
    and included_units.assessment_year = scored_units.assessment_year
    and included_units.methodology_code = scored_units.methodology_code
    and included_units.unit_code = scored_units.unit_code
left join graded_methodologies
    on scored_units.methodology_code = graded_methodologies.methodology_code
where included_units.unit_code is null
    or scored_units.unit_code is null
    or (scored_units.grade is not null)
    is distinct from (scored_units.score is not null and graded_methodologies.methodology_code is not null)
