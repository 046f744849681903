with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

pairs as (

    select * from {{ ref('int_pairwise_order') }}

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    pairs.first_unit_code,
    pairs.second_unit_code,
    pairs.before_share,
    pairs.level_share,
    1 - pairs.before_share - pairs.level_share as after_share
from pairs
inner join subjects
    on pairs.subject_number = subjects.subject_number
