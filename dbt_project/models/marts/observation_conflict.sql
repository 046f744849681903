{{ config(materialized="by_edition") }}

with candidates as (

    select * from {{ ref('int_observation_candidate') }}
    -- Too few records say nothing that could contradict.
    where not (source = 'derivation' and state = 'not_collected')
        and {{ is_built('assessment_year') }}

),

decisions as (

    select * from {{ ref('int_decision') }}
    where decision_status = 'in_effect'
        and subject = 'observation'

),

conflicting_cells as (

    select
        series_code,
        assessment_year,
        unit_code,
        measure_code
    from candidates
    group by series_code, assessment_year, unit_code, measure_code
    having {{ candidates_differ('candidates') }}

)

select
    candidates.series_code,
    candidates.assessment_year,
    candidates.unit_code,
    candidates.measure_code,
    cast(candidates.precedence as integer) as precedence,
    candidates.precedence = 1 and not candidates.is_rejected and decisions.decision_code is null as is_effective,
    candidates.is_rejected,
    candidates.source,
    candidates.value,
    candidates.state,
    candidates.channel,
    candidates.collection_mode,
    candidates.captured_at,
    candidates.evidence_url,
    candidates.collector,
    candidates.batch_id,
    candidates.row_number
from candidates
inner join conflicting_cells
    on candidates.series_code = conflicting_cells.series_code
    and candidates.assessment_year = conflicting_cells.assessment_year
    and candidates.unit_code = conflicting_cells.unit_code
    and candidates.measure_code = conflicting_cells.measure_code
left join decisions
    on candidates.series_code = decisions.series_code
    and candidates.assessment_year = decisions.assessment_year
    and candidates.unit_code = decisions.unit_code
    and candidates.measure_code = decisions.measure_code
order by
    candidates.series_code,
    candidates.assessment_year,
    candidates.unit_code,
    candidates.measure_code,
    candidates.precedence
