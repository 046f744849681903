with nodes as (

    select * from {{ ref('int_methodology_node') }}

)

select
    ancestors.methodology_code,
    ancestors.node_code as ancestor_code,
    ancestors.depth as ancestor_depth,
    descendants.node_code,
    descendants.depth,
    descendants.is_leaf,
    descendants.is_event_only
from nodes as ancestors
inner join nodes as descendants
    on ancestors.methodology_code = descendants.methodology_code
    and starts_with(descendants.sort_path, ancestors.sort_path || '.')
