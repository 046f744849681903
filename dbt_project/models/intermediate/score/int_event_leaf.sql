{{ config(materialized="view") }}

with event_points as (

    select * from {{ ref('int_event_point') }}

),

units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

methodologies as (

    select * from {{ ref('int_edition_methodology') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_leaf
        and is_event_only

),

sums as (

    select
        units.series_code,
        units.assessment_year,
        nodes.methodology_code,
        units.unit_code,
        nodes.node_code,
        nodes.full_mark,
        nodes.min_mark,
        nodes.rounding_mode,
        nodes.rounding_digits,
        sum(
            case
                when nodes.event_source = 'response_fault' then coalesce(points.response_fault_points, 0)
                when nodes.node_code = points.node_code then points.points
                else 0
            end
        ) as points
    from units
    inner join methodologies
        on units.series_code = methodologies.series_code
        and units.assessment_year = methodologies.assessment_year
    inner join nodes
        on methodologies.methodology_code = nodes.methodology_code
    left join event_points as points
        on units.series_code = points.series_code
        and units.assessment_year = points.assessment_year
        and units.unit_code = points.unit_code
        and nodes.methodology_code = points.methodology_code
    group by
        units.series_code,
        units.assessment_year,
        nodes.methodology_code,
        units.unit_code,
        nodes.node_code,
        nodes.full_mark,
        nodes.min_mark,
        nodes.rounding_mode,
        nodes.rounding_digits

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    {{ clipped_score('points', 'min_mark', 'full_mark') }} as unrounded_score,
    rounding_mode,
    rounding_digits
from sums
