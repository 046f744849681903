{{ config(materialized="by_edition") }}

with events as (

    select * from {{ ref('int_event') }}

),

-- Units of all editions: an event counts for a warning before anything of its year has been observed.
units as (

    select * from {{ ref('stg_assessment_frame') }}
    where is_included

),

methodologies as (

    select * from {{ ref('int_edition_methodology') }}

),

factors as (

    select * from {{ ref('int_tree_event_factor') }}

),

topics as (

    select * from {{ ref('int_tree_event_topic') }}

),

-- Minutes, not hours: an answer one minute past the limit is late.
judged_events as (

    select
        methodologies.methodology_code,
        methodologies.tree_code,
        events.*,
        base.factor_value as base_value,
        base.limit_hours,
        events.response_at is null or coalesce(events.response_kind, 'none') = 'none' as is_silent,
        coalesce(
            {{ minutes_between('events.reported_at', 'events.response_at') }} > base.limit_hours * 60, false
        ) as is_late,
        coalesce(events.response_kind = 'off_point', false) as is_off_point,
        coalesce(events.responder = events.responsible_body, false) as is_right_body,
        coalesce(events.responder <> events.responsible_body, false) as is_wrong_body
    from events
    inner join units
        on events.series_code = units.series_code
        and events.assessment_year = units.assessment_year
        and events.unit_code = units.unit_code
    inner join methodologies
        on events.series_code = methodologies.series_code
        and events.assessment_year = methodologies.assessment_year
    inner join factors as base
        on methodologies.tree_code = base.tree_code
        and 'base_' || events.polarity = base.factor_kind
        and events.severity = base.factor_level

),

answered_events as (

    select
        *,
        case
            when polarity = 'positive' then null
            when response_kind = 'repaired' and (verification_verdict = 'confirm' or is_repair_decided) then 'repaired'
            when not is_silent and not is_late and not is_off_point and is_right_body then 'timely'
            else 'other'
        end as response_level
    from judged_events

)

select
    events.series_code,
    events.assessment_year,
    events.methodology_code,
    events.unit_code,
    events.cluster_code,
    topics.node_code,
    events.polarity,
    events.is_rejected,
    case events.polarity when 'negative' then -1 else 1 end as sign_value,
    events.base_value,
    reach.factor_value as reach_value,
    responsibility.factor_value as responsibility_value,
    events.response_level,
    coalesce(response.factor_value, 1) as response_value,
    cast(
        case when events.is_rejected then 0 else 1 end
        * case events.polarity when 'negative' then -1 else 1 end
        * events.base_value * reach.factor_value * responsibility.factor_value * coalesce(response.factor_value, 1)
        as decimal(18, 10)
    ) as points,
    events.is_silent and events.polarity = 'negative' as is_silent,
    events.is_late and not events.is_silent and events.polarity = 'negative' as is_late,
    events.is_off_point and not events.is_silent and events.polarity = 'negative' as is_off_point,
    events.is_wrong_body and not events.is_silent and events.polarity = 'negative' as is_wrong_body,
    cast(
        case
            when events.is_rejected or events.polarity = 'positive' then 0
            when events.is_silent then faults.silent_value
            else case when events.is_late then faults.late_value else 0 end
                + case when events.is_off_point then faults.off_point_value else 0 end
                + case when events.is_wrong_body then faults.wrong_body_value else 0 end
        end as decimal(18, 10)
    ) as response_fault_points
from answered_events as events
left join topics
    on events.tree_code = topics.tree_code
    and events.topic = topics.topic
    and events.polarity = topics.polarity
inner join factors as reach
    on events.tree_code = reach.tree_code
    and reach.factor_kind = 'reach'
    and events.reach = reach.factor_level
inner join factors as responsibility
    on events.tree_code = responsibility.tree_code
    and responsibility.factor_kind = 'responsibility'
    and events.responsibility = responsibility.factor_level
left join factors as response
    on events.tree_code = response.tree_code
    and response.factor_kind = 'response'
    and events.response_level = response.factor_level
left join (

    select
        tree_code,
        max(case factor_level when 'silent' then factor_value end) as silent_value,
        max(case factor_level when 'late' then factor_value end) as late_value,
        max(case factor_level when 'off_point' then factor_value end) as off_point_value,
        max(case factor_level when 'wrong_body' then factor_value end) as wrong_body_value
    from factors
    where factor_kind = 'response_fault'
    group by tree_code

) as faults
    on events.tree_code = faults.tree_code
