{{ config(materialized="view") }}

select
    points.series_code,
    points.assessment_year,
    points.methodology_code,
    points.unit_code,
    points.node_code,
    points.measure_code,
    points.cluster_code,
    points.status as state,
    cast(null as decimal(20, 9)) as value,
    points.points as event_points,
    cast(null as decimal(14, 12)) as normalised_value,
    cast(0 as decimal(24, 13)) as deduction,
    false as is_vetoed,
    points.parameters,
    points.parameters_zh,
    points.arithmetic,
    points.arithmetic_zh,
    points.leaf_arithmetic,
    points.leaf_arithmetic_zh,
    events.event_date,
    events.headline,
    'opinion_event' as source,
    cast(null as varchar) as channel,
    cast(null as varchar) as collection_mode,
    reports.captured_at,
    events.collector,
    events.evidence_url,
    events.evidence_hash,
    events.provenance,
    events.batch_id,
    events.row_number,
    events.report_count as candidate_count,
    decisions.verdict as verification_verdict,
    decisions.value as verification_value,
    decisions.state as verification_state,
    decisions.reason as verification_reason,
    decisions.verifier,
    decisions.verified_at,
    decisions.batch_id as verification_batch_id,
    decisions.row_number as verification_row_number,
    events.decision_code,
    overrulings.reason as decision_reason,
    overrulings.role_code as decision_role_code,
    cast(null as decimal(20, 9)) as overruled_value,
    cast(null as varchar) as overruled_state,
    cast(null as varchar) as overruled_source,
    cast(null as varchar) as overruled_batch_id,
    cast(null as integer) as overruled_row_number
from {{ ref('int_event_trace') }} as points
inner join {{ ref('int_event') }} as events
    on points.series_code = events.series_code
    and points.assessment_year = events.assessment_year
    and points.unit_code = events.unit_code
    and points.cluster_code = events.cluster_code
left join {{ ref('stg_opinion_event') }} as reports
    on events.batch_id = reports.batch_id
    and events.row_number = reports.row_number
    and events.cluster_code = reports.cluster_code
left join {{ ref('int_verification_decision') }} as decisions
    on events.series_code = decisions.series_code
    and events.assessment_year = decisions.assessment_year
    and events.unit_code = decisions.unit_code
    and events.cluster_code = decisions.cluster_code
    and decisions.subject = 'opinion_event'
left join {{ ref('int_decision') }} as overrulings
    on events.series_code = overrulings.series_code
    and events.assessment_year = overrulings.assessment_year
    and events.unit_code = overrulings.unit_code
    and events.cluster_code = overrulings.cluster_code
    and events.decision_code = overrulings.decision_code
    and overrulings.decision_status = 'in_effect'
