with subjects as (

    select * from {{ ref('int_scenario_subject') }}
    where is_default

),

intervals as (

    select * from {{ ref('int_rank_interval') }}
    where ranks is not null

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    intervals.unit_code,
    intervals.nominal_rank,
    intervals.ranks
from intervals
inner join subjects
    on intervals.subject_number = subjects.subject_number
