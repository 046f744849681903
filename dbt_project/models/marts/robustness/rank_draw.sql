with subjects as (

    select * from {{ ref('int_scenario_subject') }}
    where is_default

),

-- No rank is further down than that in the widest circle.
draws as (

    select
        subject_code,
        unit_code,
        ranks,
        list_aggregate(list_transform(scopes, lambda scope: scope.nominal_rank), 'max') as nominal_rank
    from {{ ref('int_unit_draw') }}
    where len(ranks) > 0

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    draws.unit_code,
    draws.nominal_rank,
    draws.ranks
from draws
inner join subjects
    on draws.subject_code = subjects.subject_code
