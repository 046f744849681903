{{ config(materialized="view") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

-- Each node above the event leaves has the events of all of them.
lines_of_descent as (

    select
        leaves.methodology_code,
        leaves.node_code as leaf_code,
        nodes.node_code
    from nodes as leaves
    inner join nodes
        on leaves.methodology_code = nodes.methodology_code
        and starts_with(leaves.sort_path || '.', nodes.sort_path || '.')
    where leaves.is_leaf
        and leaves.is_event_only

),

leaf_events as (

    select
        points.series_code,
        points.assessment_year,
        points.methodology_code,
        points.unit_code,
        leaves.node_code as leaf_code,
        count(*) as event_count,
        sum(case leaves.event_source when 'response_fault' then points.response_fault_points else points.points end) as points
    from {{ ref('int_event_point') }} as points
    inner join nodes as leaves
        on points.methodology_code = leaves.methodology_code
        and leaves.is_leaf
        and leaves.is_event_only
        and case leaves.event_source
            when 'response_fault' then points.response_fault_points <> 0
            else points.node_code = leaves.node_code and points.points <> 0
        end
    group by
        points.series_code,
        points.assessment_year,
        points.methodology_code,
        points.unit_code,
        leaves.node_code

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    sum(event_count) as event_count,
    sum(points) as points
from leaf_events
inner join lines_of_descent
    using (methodology_code, leaf_code)
group by series_code, assessment_year, methodology_code, unit_code, node_code
