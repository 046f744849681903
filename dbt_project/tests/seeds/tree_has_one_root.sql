-- Fails for every tree that has no root or several.
with nodes as (

    select * from {{ ref('int_tree_node') }}

)

select
    tree_code,
    sum(case when parent_node_code is null then 1 else 0 end) as root_count
from nodes
group by tree_code
having sum(case when parent_node_code is null then 1 else 0 end) <> 1
