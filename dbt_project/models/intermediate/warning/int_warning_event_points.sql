with rules as (

    select * from {{ ref('int_warning_rule') }}
    where warning_kind = 'event_points'

),

nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_event_only

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

lineages as (

    select * from {{ ref('int_unit_lineage') }}

),

events as (

    select
        points.series_code,
        points.assessment_year,
        points.methodology_code,
        points.unit_code,
        -- A unit keeps its twelve months when its code changes.
        lineages.lineage_code,
        points.cluster_code,
        points.node_code,
        points.polarity,
        points.points,
        points.response_fault_points,
        rules.threshold,
        cast(events.reported_at as date) as starts_on,
        {{ months_after('cast(events.reported_at as date)', 'rules.window_months') }} as ends_on,
        cast(as_of.as_of as date) as as_of_day
    from {{ ref('int_event_point') }} as points
    inner join {{ ref('int_event') }} as events
        on points.series_code = events.series_code
        and points.assessment_year = events.assessment_year
        and points.unit_code = events.unit_code
        and points.cluster_code = events.cluster_code
    inner join lineages
        on points.series_code = lineages.series_code
        and points.assessment_year = lineages.assessment_year
        and points.unit_code = lineages.unit_code
    inner join rules
        on points.methodology_code = rules.methodology_code
    inner join as_of
        on points.series_code = as_of.series_code
    where not points.is_rejected
        and cast(events.reported_at as date) <= cast(as_of.as_of as date)

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

),

sums as (

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

),

-- Days at or below the threshold with none above it in between are one episode.
numbered as (

    select
        *,
        sum(case when value <= threshold then 0 else 1 end) over (
            partition by series_code, methodology_code, lineage_code
            order by day
            rows between unbounded preceding and current row
        ) as episode,
        min(case when value > threshold then day end) over (
            partition by series_code, methodology_code, lineage_code
            order by day
            rows between 1 following and unbounded following
        ) as ends_on
    from sums

),

episodes as (

    select
        series_code,
        methodology_code,
        lineage_code,
        threshold,
        min(value) as value,
        min(day) as first_seen,
        min(ends_on) as ends_on
    from numbered
    where value <= threshold
    group by series_code, methodology_code, lineage_code, threshold, episode

)

select
    episodes.series_code,
    events.assessment_year,
    episodes.methodology_code,
    events.unit_code,
    'event_points' as warning_kind,
    leaves.dimension_code as node_code,
    events.cluster_code as subject_code,
    cast(episodes.value as decimal(18, 10)) as value,
    episodes.threshold,
    episodes.first_seen,
    episodes.ends_on
from episodes
inner join events
    on episodes.series_code = events.series_code
    and episodes.methodology_code = events.methodology_code
    and episodes.lineage_code = events.lineage_code
    and events.polarity = 'negative'
    and events.starts_on <= episodes.first_seen
inner join nodes as leaves
    on events.methodology_code = leaves.methodology_code
    and events.node_code = leaves.node_code
-- The event that brought it about: the last negative one before.
qualify row_number() over (
    partition by episodes.series_code, episodes.methodology_code, episodes.lineage_code, episodes.first_seen
    order by events.starts_on desc, events.points, events.cluster_code
) = 1
