{{ config(materialized="view") }}

with rules as (

    select * from {{ ref('int_warning_rule') }}
    where warning_kind = 'event_points'

),

nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_event_only

),

events as (

    select * from {{ ref('int_lineage_event') }}

),

contributions as (

    select
        events.series_code,
        events.methodology_code,
        events.lineage_code,
        nodes.node_code,
        nodes.min_mark,
        nodes.full_mark,
        events.starts_on,
        events.ends_on,
        case
            when nodes.event_source = 'response_fault' then events.response_fault_points
            else events.points
        end as points
    from events
    inner join nodes
        on events.methodology_code = nodes.methodology_code
        and (
            (nodes.event_source = 'response_fault' and events.response_fault_points <> 0)
            or (nodes.event_source <> 'response_fault' and events.node_code = nodes.node_code)
        )

),

-- Only days on which an event comes into the twelve months or leaves them can change the sum; only units that ever lost
-- as much can be below the threshold.
losing_units as (

    select
        events.series_code,
        events.methodology_code,
        events.lineage_code
    from events
    where events.polarity = 'negative'
    group by events.series_code, events.methodology_code, events.lineage_code, events.threshold
    having sum(events.points + events.response_fault_points) <= events.threshold

),

days as (

    select events.series_code, events.methodology_code, events.lineage_code, events.starts_on as day
    from events
    inner join losing_units
        on events.series_code = losing_units.series_code
        and events.methodology_code = losing_units.methodology_code
        and events.lineage_code = losing_units.lineage_code

    union

    select events.series_code, events.methodology_code, events.lineage_code, events.ends_on as day
    from events
    inner join losing_units
        on events.series_code = losing_units.series_code
        and events.methodology_code = losing_units.methodology_code
        and events.lineage_code = losing_units.lineage_code
    where events.ends_on <= events.as_of_day

),

node_sums as (

    select
        days.series_code,
        days.methodology_code,
        days.lineage_code,
        days.day,
        contributions.node_code,
        contributions.min_mark,
        contributions.full_mark,
        sum(contributions.points) as points
    from days
    left join contributions
        on days.series_code = contributions.series_code
        and days.methodology_code = contributions.methodology_code
        and days.lineage_code = contributions.lineage_code
        and days.day >= contributions.starts_on
        and days.day < contributions.ends_on
    group by
        days.series_code,
        days.methodology_code,
        days.lineage_code,
        days.day,
        contributions.node_code,
        contributions.min_mark,
        contributions.full_mark

)

select
    node_sums.series_code,
    node_sums.methodology_code,
    node_sums.lineage_code,
    node_sums.day,
    rules.threshold,
    coalesce(sum({{ clipped_score('node_sums.points', 'node_sums.min_mark', 'node_sums.full_mark') }}), 0) as value
from node_sums
inner join rules
    on node_sums.methodology_code = rules.methodology_code
group by
    node_sums.series_code,
    node_sums.methodology_code,
    node_sums.lineage_code,
    node_sums.day,
    rules.threshold
