-- Fails for every child of a node with a weighted mean that has no weight above 0, or no full mark above 0 to divide
-- by.
with nodes as (

    select * from {{ ref('node') }}

)

select
    children.tree_code,
    children.node_code,
    children.weight,
    children.full_mark,
    parents.aggregation as parent_aggregation
from nodes as children
inner join nodes as parents
    on children.tree_code = parents.tree_code
    and children.parent_node_code = parents.node_code
where parents.aggregation in ('weighted_arithmetic', 'geometric', 'harmonic')
    and (coalesce(children.weight, 0) <= 0 or children.full_mark <= 0)
