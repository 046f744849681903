{{ config(materialized="by_edition") }}

with events as (

    select * from {{ ref('int_event') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

points as (

    select * from {{ ref('int_event_point') }}

)

select
    points.series_code,
    points.assessment_year,
    points.methodology_code,
    points.unit_code,
    points.cluster_code,
    points.node_code,
    events.event_date,
    events.polarity,
    events.severity,
    events.reach,
    events.responsibility,
    events.topic,
    events.headline,
    events.reported_at,
    events.response_at,
    events.response_kind,
    points.response_level,
    events.responsible_body,
    events.responder,
    points.is_late,
    points.is_off_point,
    points.is_wrong_body,
    points.is_silent,
    points.base_value,
    points.reach_value,
    points.responsibility_value,
    points.response_value,
    points.points,
    points.response_fault_points,
    cast(events.report_count as integer) as report_count,
    points.is_rejected,
    events.verification_verdict,
    events.evidence_url,
    events.evidence_hash,
    events.provenance,
    events.batch_id,
    events.row_number
from points
inner join editions
    on points.series_code = editions.series_code
    and points.assessment_year = editions.assessment_year
inner join events
    on points.series_code = events.series_code
    and points.assessment_year = events.assessment_year
    and points.unit_code = events.unit_code
    and points.cluster_code = events.cluster_code
order by
    points.series_code,
    points.assessment_year,
    points.methodology_code,
    points.unit_code,
    points.cluster_code
