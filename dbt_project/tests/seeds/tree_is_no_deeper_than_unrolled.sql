-- Fails for every node deeper than the roll-up is unrolled: it would be left out of the scores in silence.
with nodes as (

    select * from {{ ref('int_tree_node') }}

)

select
    tree_code,
    node_code,
    node_level
from nodes
where node_level > {{ var('max_tree_depth') }}
