with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

shares as (

    select
        subject_code,
        unit_code,
        unnest(grades) as grade
    from {{ ref('int_unit_draw') }}

),

unit_scores as (

    select * from {{ ref('int_unit_score') }}

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    shares.unit_code,
    shares.grade.grade,
    shares.grade.draw_share,
    shares.grade.grade = unit_scores.grade as is_nominal_grade
from shares
inner join subjects
    on shares.subject_code = subjects.subject_code
inner join unit_scores
    on subjects.series_code = unit_scores.series_code
    and subjects.assessment_year = unit_scores.assessment_year
    and subjects.methodology_code = unit_scores.methodology_code
    and shares.unit_code = unit_scores.unit_code
where unit_scores.grade is not null
