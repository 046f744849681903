with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

pairs as (

    select
        subject_code,
        unit_code as first_unit_code,
        unnest(neighbours) as second
    from {{ ref('int_unit_draw') }}

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    pairs.first_unit_code,
    pairs.second.unit_code as second_unit_code,
    pairs.second.before_share,
    pairs.second.level_share,
    1 - pairs.second.before_share - pairs.second.level_share as after_share
from pairs
inner join subjects
    on pairs.subject_code = subjects.subject_code
