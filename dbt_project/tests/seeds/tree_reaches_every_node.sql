-- Fails for every node that cannot be reached from a root (a cycle, or a parent that is no node of the tree), and for
-- every node whose node_level is not its distance from the root.
with recursive nodes as (

    select * from {{ ref('int_tree_node') }}

),

-- `union` drops repeated rows; the bound on the depth ends the walk even where a faulty tree leads back to itself.
reached_nodes as (

    select
        tree_code,
        node_code,
        0 as depth
    from nodes
    where parent_node_code is null

    union

    select
        nodes.tree_code,
        nodes.node_code,
        reached_nodes.depth + 1 as depth
    from reached_nodes
    inner join nodes
        on reached_nodes.tree_code = nodes.tree_code
        and reached_nodes.node_code = nodes.parent_node_code
    where reached_nodes.depth < 100

)

select
    nodes.tree_code,
    nodes.node_code,
    nodes.parent_node_code,
    nodes.node_level,
    reached_nodes.depth
from nodes
left join reached_nodes
    on nodes.tree_code = reached_nodes.tree_code
    and nodes.node_code = reached_nodes.node_code
where nodes.node_level is distinct from reached_nodes.depth
