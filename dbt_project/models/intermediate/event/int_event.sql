with reports as (

    select
        reports.* exclude (assessment_year, unit_code),
        clusters.event_assessment_year as assessment_year,
        clusters.event_unit_code as unit_code
    from {{ ref('stg_opinion_event') }} as reports
    inner join {{ ref('int_event_cluster') }} as clusters
        using (series_code, assessment_year, unit_code, cluster_code)

),

-- Whatever was verified or decided of one of its reports is of the event; of several verifications the latest counts.
decisions as (

    select
        verified.* exclude (assessment_year, unit_code),
        clusters.event_assessment_year as assessment_year,
        clusters.event_unit_code as unit_code
    from {{ ref('int_verification_decision') }} as verified
    inner join {{ ref('int_event_cluster') }} as clusters
        using (series_code, assessment_year, unit_code, cluster_code)
    where verified.subject = 'opinion_event'
    qualify row_number() over (
        partition by
            verified.series_code, clusters.event_assessment_year, clusters.event_unit_code, verified.cluster_code
        order by
            verified.verified_at desc,
            case verified.verdict when 'correct' then 1 when 'reject' then 2 else 3 end,
            verified.batch_id,
            verified.row_number
    ) = 1

),

event_decisions as (

    select
        decided.* exclude (assessment_year, unit_code),
        clusters.event_assessment_year as assessment_year,
        clusters.event_unit_code as unit_code
    from {{ ref('int_decision') }} as decided
    inner join {{ ref('int_event_cluster') }} as clusters
        using (series_code, assessment_year, unit_code, cluster_code)
    where decided.decision_status = 'in_effect'
        and decided.subject = 'opinion_event'
    qualify row_number() over (
        partition by
            decided.series_code,
            clusters.event_assessment_year,
            clusters.event_unit_code,
            decided.cluster_code,
            decided.decision_kind = 'repair'
        order by decided.decided_at desc, decided.decision_code
    ) = 1

),

withdrawals as (

    select * from event_decisions
    where decision_kind = 'objection'

),

repairs as (

    select * from event_decisions
    where decision_kind = 'repair'

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
        min(reports.event_date) over event as first_event_date,
        min(reports.reported_at) over event as first_reported_at,
        first_value(reports.reach) over (
            partition by reports.series_code, reports.assessment_year, reports.unit_code, reports.cluster_code
            order by reach_factors.width desc, reports.reach
        ) as widest_reach,
        count(*) over event as report_count
    from reports
    left join reach_factors
        on reports.reach = reach_factors.reach
    window event as (
        partition by reports.series_code, reports.assessment_year, reports.unit_code, reports.cluster_code
    )

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
    using (series_code, assessment_year, unit_code, cluster_code)
left join withdrawals
    using (series_code, assessment_year, unit_code, cluster_code)
left join repairs
    using (series_code, assessment_year, unit_code, cluster_code)
where events.precedence = 1
