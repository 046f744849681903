with nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_event_only

),

events as (

    select * from {{ ref('int_lineage_event') }}

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
    from {{ ref('int_event_point_day') }}

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
