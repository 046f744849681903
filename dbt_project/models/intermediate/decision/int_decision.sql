with decisions as (

    select * from {{ ref('stg_decision') }}

),

-- Under a code used twice the objection that came first counts; the mart shows both.
objections as (

    select * from {{ ref('stg_objection') }}
    qualify row_number() over (
        partition by objection_code
        order by submitted_at, batch_id, row_number
    ) = 1

),

found_values as (

    select
        series_code,
        unit_code,
        assessment_year,
        measure_code,
        value,
        state
    from {{ ref('int_observation_candidate') }}
    where precedence = 1
        and not is_rejected

),

events as (

    select
        series_code,
        unit_code,
        assessment_year,
        cluster_code,
        min(polarity) as polarity
    from {{ ref('stg_opinion_event') }}
    group by series_code, unit_code, assessment_year, cluster_code

),

judged as (

    select
        decisions.*,
        found_values.value as found_value,
        case when decisions.subject = 'observation' then coalesce(found_values.state, 'not_collected') end as found_state,
        case
            when count(*) over (partition by decisions.decision_code) > 1 then 'code_repeated'
            when decisions.objection_code is not null and objections.objection_code is null then 'unknown_objection'
            when objections.unit_code <> decisions.unit_code
                or objections.assessment_year <> decisions.assessment_year
                or objections.subject <> decisions.subject
                or coalesce(objections.measure_code, objections.cluster_code)
                <> coalesce(decisions.measure_code, decisions.cluster_code) then 'another_subject'
            when {{ is_after('objections.submitted_at', 'decisions.decided_at') }} then 'before_objection'
            when decisions.subject = 'opinion_event' and events.cluster_code is null then 'unknown_event'
            when decisions.decision_kind = 'repair' and events.polarity <> 'negative' then 'nothing_to_repair'
            when decisions.outcome = 'rejected' then 'rejected'
        end as fault
    from decisions
    left join objections
        on decisions.objection_code = objections.objection_code
    left join found_values
        on decisions.series_code = found_values.series_code
        and decisions.unit_code = found_values.unit_code
        and decisions.assessment_year = found_values.assessment_year
        and decisions.measure_code = found_values.measure_code
    left join events
        on decisions.series_code = events.series_code
        and decisions.unit_code = events.unit_code
        and decisions.assessment_year = events.assessment_year
        and decisions.cluster_code = events.cluster_code

),

-- What is decided last on a subject holds; a finding of repair and a ruling on the event itself stand side by side.
ordered as (

    select
        *,
        row_number() over (
            partition by
                series_code,
                unit_code,
                assessment_year,
                subject,
                coalesce(measure_code, cluster_code),
                decision_kind = 'repair',
                fault is null
            order by decided_at desc, decision_code
        ) as recency
    from judged

)

select
    series_code,
    decision_code,
    decision_kind,
    objection_code,
    outcome,
    unit_code,
    assessment_year,
    subject,
    measure_code,
    cluster_code,
    expected_value,
    expected_state,
    found_value,
    found_state,
    value,
    state,
    repaired_at,
    reason,
    officer_code,
    role_code,
    decided_at,
    evidence_url,
    evidence_hash,
    provenance,
    batch_id,
    row_number,
    case
        when fault is not null then fault
        when recency > 1 then 'replaced'
        when subject = 'observation' and (
            found_value is distinct from expected_value
            or (expected_value is null and found_state <> expected_state)
        ) then 'stale_correction'
        else 'in_effect'
    end as decision_status
from ordered
