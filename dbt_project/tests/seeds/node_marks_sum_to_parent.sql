-- Fails for every node with aggregation `sum` whose marks do not follow from its children's. Where all children belong to the
-- base its full and lowest mark are their sums. Where events or extra marks come in, the bounds are a cap of the node's own:
-- it may lie inside or outside the sum of the children's bounds, but never below what the base can reach.
with nodes as (

    select * from {{ ref('int_tree_node') }}

),

sums_of_children as (

    select
        tree_code,
        parent_node_code as node_code,
        bool_and(is_base) as is_base_only,
        sum(case when is_base then full_mark else 0 end) as full_mark,
        sum(case when is_base then min_mark else 0 end) as min_mark
    from nodes
    where parent_node_code is not null
    group by tree_code, parent_node_code

)

select
    nodes.tree_code,
    nodes.node_code,
    nodes.full_mark,
    sums_of_children.full_mark as full_mark_of_base_children,
    nodes.min_mark,
    sums_of_children.min_mark as min_mark_of_base_children
from nodes
inner join sums_of_children
    on nodes.tree_code = sums_of_children.tree_code
    and nodes.node_code = sums_of_children.node_code
where nodes.aggregation = 'sum'
    and case
        when sums_of_children.is_base_only
            then nodes.full_mark <> sums_of_children.full_mark or nodes.min_mark <> sums_of_children.min_mark
        else nodes.full_mark < sums_of_children.full_mark or nodes.min_mark > sums_of_children.min_mark
    end
