with reports as (

    select * from {{ ref('stg_opinion_event') }}

),

decisions as (

    select * from {{ ref('int_verification_decision') }}
    where subject = 'opinion_event'

),

withdrawals as (

    select * from {{ ref('int_decision') }}
    where decision_status = 'in_effect'
        and subject = 'opinion_event'
        and decision_kind = 'objection'

),

repairs as (

    select * from {{ ref('int_decision') }}
    where decision_status = 'in_effect'
        and decision_kind = 'repair'

),

reach_factors as (

    select
        factor_level as reach,
        max(factor_value) as width
    from {{ ref('int_tree_event_factor') }}
    where factor_kind = 'reach'
    group by factor_level

),

ranked_reports as (

    select
        reports.*,
        row_number() over (
            partition by reports.series_code, reports.assessment_year, reports.unit_code, reports.cluster_code
            order by reports.captured_at desc, reports.reported_at desc, reports.batch_id, reports.row_number
        ) as precedence,
        min(reports.event_date) over (
            partition by reports.series_code, reports.assessment_year, reports.unit_code, reports.cluster_code
        ) as first_event_date,
        min(reports.reported_at) over (
            partition by reports.series_code, reports.assessment_year, reports.unit_code, reports.cluster_code
        ) as first_reported_at,
        first_value(reports.reach) over (
            partition by reports.series_code, reports.assessment_year, reports.unit_code, reports.cluster_code
            order by reach_factors.width desc, reports.reach
        ) as widest_reach,
        count(*) over (
            partition by reports.series_code, reports.assessment_year, reports.unit_code, reports.cluster_code
        ) as report_count
    from reports
    left join reach_factors
        on reports.reach = reach_factors.reach

)

select
    events.series_code,
    events.assessment_year,
    events.unit_code,
    events.cluster_code,
    events.first_event_date as event_date,
    events.first_reported_at as reported_at,
    events.polarity,
    events.severity,
    events.widest_reach as reach,
    events.responsibility,
    events.topic,
    events.headline,
    events.responsible_body,
    events.responder,
    -- What was decided to be repaired has been answered, at the latest by the repair.
    case
        when repairs.decision_code is null then events.response_at
        when coalesce(events.response_kind, 'none') = 'none' then repairs.repaired_at
        else coalesce(events.response_at, repairs.repaired_at)
    end as response_at,
    case when repairs.decision_code is not null then 'repaired' else events.response_kind end as response_kind,
    events.evidence_url,
    events.evidence_hash,
    events.collector,
    events.provenance,
    events.batch_id,
    events.row_number,
    events.report_count,
    decisions.verdict as verification_verdict,
    decisions.reason as verification_reason,
    coalesce(decisions.verdict = 'reject', false) or withdrawals.decision_code is not null as is_rejected,
    repairs.decision_code is not null as is_repair_decided,
    coalesce(withdrawals.decision_code, repairs.decision_code) as decision_code
from ranked_reports as events
left join decisions
    on events.series_code = decisions.series_code
    and events.assessment_year = decisions.assessment_year
    and events.unit_code = decisions.unit_code
    and events.cluster_code = decisions.cluster_code
left join withdrawals
    on events.series_code = withdrawals.series_code
    and events.assessment_year = withdrawals.assessment_year
    and events.unit_code = withdrawals.unit_code
    and events.cluster_code = withdrawals.cluster_code
left join repairs
    on events.series_code = repairs.series_code
    and events.assessment_year = repairs.assessment_year
    and events.unit_code = repairs.unit_code
    and events.cluster_code = repairs.cluster_code
where events.precedence = 1
