-- Nodes below which only events count have points of their own and no weight to vary.
with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

measured_leaves as (

    select
        methodology_code,
        sort_path
    from nodes
    where is_leaf
        and not is_event_only

)

select
    nodes.methodology_code,
    nodes.node_code
from nodes
where exists (
    select 1
    from measured_leaves
    where measured_leaves.methodology_code = nodes.methodology_code
        and (
            measured_leaves.sort_path = nodes.sort_path
            or starts_with(measured_leaves.sort_path, nodes.sort_path || '.')
        )
)
