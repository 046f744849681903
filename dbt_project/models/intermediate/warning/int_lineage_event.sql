with rules as (

    select * from {{ ref('int_warning_rule') }}
    where warning_kind = 'event_points'

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

lineages as (

    select * from {{ ref('int_unit_lineage') }}

)

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
