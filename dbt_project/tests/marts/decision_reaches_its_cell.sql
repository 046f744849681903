-- Fails with each decision in effect that its subject does not follow: the cell of every methodology that scores the
-- measure takes its value, state and row; a withdrawn event scores nothing; a repaired one is answered as repaired.
with decisions as (

    select decisions.*
    from {{ ref('int_decision') }} as decisions
    inner join {{ ref('int_unit') }} as units
        on decisions.series_code = units.series_code
        and decisions.assessment_year = units.assessment_year
        and decisions.unit_code = units.unit_code
        and units.is_included
    where decisions.decision_status = 'in_effect'

),

differing_cells as (

    select decisions.decision_code
    from decisions
    inner join {{ ref('int_edition_methodology') }} as methodologies
        on decisions.series_code = methodologies.series_code
            and decisions.assessment_year = methodologies.assessment_year
    inner join {{ ref('int_methodology_rule') }} as rules
        on methodologies.methodology_code = rules.methodology_code
        and decisions.measure_code = rules.measure_code
        and rules.rule_family <> 'event'
    left join {{ ref('fct_measure_score') }} as cells
        on decisions.series_code = cells.series_code
        and decisions.assessment_year = cells.assessment_year
        and decisions.unit_code = cells.unit_code
        and decisions.measure_code = cells.measure_code
        and rules.methodology_code = cells.methodology_code
    where cells.value is distinct from decisions.value
        or cells.status is distinct from case when decisions.value is not null then 'verified' else decisions.state end
        or cells.batch_id is distinct from decisions.batch_id
        or cells.row_number is distinct from decisions.row_number

),

differing_events as (

    select decisions.decision_code
    from decisions
    left join {{ ref('opinion_event') }} as events
        on decisions.series_code = events.series_code
        and decisions.assessment_year = events.assessment_year
        and decisions.unit_code = events.unit_code
        and decisions.cluster_code = events.cluster_code
    where decisions.subject = 'opinion_event'
        and (
            (decisions.decision_kind = 'repair' and (events.response_level is distinct from 'repaired' or events.is_silent))
            or (
                decisions.decision_kind = 'objection'
                and (events.points is distinct from 0 or events.response_fault_points is distinct from 0)
            )
        )

)

select * from differing_cells

union all

select * from differing_events
