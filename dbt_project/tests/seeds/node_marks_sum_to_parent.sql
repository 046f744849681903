-- Fails for every node with aggregation `sum` whose full or lowest mark is not the sum of its children's.
with nodes as (

    select * from {{ ref('node') }}

),

sums_of_children as (

    select
        tree_code,
        parent_node_code as node_code,
        sum(full_mark) as full_mark,
        sum(min_mark) as min_mark
    from nodes
    where parent_node_code is not null
    group by tree_code, parent_node_code

)

select
    nodes.tree_code,
    nodes.node_code,
    nodes.full_mark,
    sums_of_children.full_mark as full_mark_of_children,
    nodes.min_mark,
    sums_of_children.min_mark as min_mark_of_children
from nodes
inner join sums_of_children
    on nodes.tree_code = sums_of_children.tree_code
    and nodes.node_code = sums_of_children.node_code
where nodes.aggregation = 'sum'
    and (
        nodes.full_mark <> sums_of_children.full_mark
        or nodes.min_mark <> sums_of_children.min_mark
    )
