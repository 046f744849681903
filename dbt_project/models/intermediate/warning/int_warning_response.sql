with points as (

    select * from {{ ref('int_event_point') }}
    where polarity = 'negative'
        and not is_rejected
        and (is_silent or is_late)

),

events as (

    select * from {{ ref('int_event') }}

),

methodologies as (

    select * from {{ ref('stg_methodology') }}

),

rules as (

    select * from {{ ref('int_tree_warning_rule') }}
    where warning_kind = 'response_overdue'

),

limits as (

    select * from {{ ref('int_tree_event_factor') }}
    where factor_kind = 'base_negative'

),

fault_nodes as (

    select
        methodology_code,
        min(node_code) as node_code
    from {{ ref('int_methodology_node') }}
    where event_source = 'response_fault'
    group by methodology_code

),

deadlines as (

    select
        points.*,
        rules.window_months,
        events.reported_at,
        limits.limit_hours,
        {{ hours_after('events.reported_at', 'limits.limit_hours') }} as deadline,
        case when points.is_late then events.response_at end as answered_at
    from points
    inner join events
        on points.series_code = events.series_code
        and points.assessment_year = events.assessment_year
        and points.unit_code = events.unit_code
        and points.cluster_code = events.cluster_code
    inner join methodologies
        on points.methodology_code = methodologies.methodology_code
    inner join rules
        on methodologies.tree_code = rules.tree_code
    inner join limits
        on methodologies.tree_code = limits.tree_code
        and events.severity = limits.factor_level

)

select
    deadlines.series_code,
    deadlines.assessment_year,
    deadlines.methodology_code,
    deadlines.unit_code,
    'response_overdue' as warning_kind,
    coalesce(fault_nodes.node_code, deadlines.node_code) as node_code,
    deadlines.cluster_code as subject_code,
    cast(
        {{ minutes_between('deadlines.reported_at', 'coalesce(deadlines.answered_at, as_of.as_of)') }} // 60
        as decimal(18, 10)
    ) as value,
    cast(deadlines.limit_hours as decimal(18, 10)) as threshold,
    cast(deadlines.deadline as date) as first_seen,
    least(
        {{ months_after('cast(deadlines.deadline as date)', 'deadlines.window_months') }},
        cast(deadlines.answered_at as date)
    ) as ends_on
from deadlines
inner join {{ ref('int_as_of') }} as as_of
    on deadlines.series_code = as_of.series_code
left join fault_nodes
    on deadlines.methodology_code = fault_nodes.methodology_code
where {{ is_after('as_of.as_of', 'deadlines.deadline') }}
