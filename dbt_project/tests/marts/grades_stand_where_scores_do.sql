-- Fails with each scored unit without a grade, or the other way round, where the methodology has grades.
with graded_methodologies as (

    select distinct methodology_code
    from {{ ref('dim_grade') }}

)

select
    units.series_code,
    units.assessment_year,
    units.methodology_code,
    units.unit_code,
    units.score,
    units.grade
from {{ ref('fct_unit_score') }} as units
left join graded_methodologies
    on units.methodology_code = graded_methodologies.methodology_code
where (units.grade is not null)
    is distinct from (units.score is not null and graded_methodologies.methodology_code is not null)
