-- Fails for every child of a node with a weighted mean that has a weight of 0 or below or over 100,000, or no full mark above 0 to divide
-- by, and for every such family in which some weights are empty: all are, and equal, or none.
with nodes as (

    select * from {{ ref('int_tree_node') }}

),

children as (

    select
        children.tree_code,
        children.node_code,
        children.weight,
        children.full_mark,
        parents.aggregation as parent_aggregation,
        count(children.weight) over (partition by children.tree_code, children.parent_node_code) as weight_count,
        count(*) over (partition by children.tree_code, children.parent_node_code) as child_count
    from nodes as children
    inner join nodes as parents
        on children.tree_code = parents.tree_code
        and children.parent_node_code = parents.node_code
    where parents.aggregation in ('weighted_arithmetic', 'geometric', 'harmonic')

)

select * from children
where weight <= 0
    or weight > 100000
    or full_mark <= 0
    or weight_count not in (0, child_count)
