-- zh: 指标体系各层节点按来源计数
-- en: Nodes of each level counted by origin

with nodes as (

    select node_level, origin
    from marts.dim_indicator
    where methodology_code = $methodology

),

levels as (

    select distinct node_level from nodes

),

origins as (

    select distinct origin from nodes

)

select
    levels.node_level,
    origins.origin,
    count(nodes.origin) as node_count
from levels
cross join origins
left join nodes
    on levels.node_level = nodes.node_level
    and origins.origin = nodes.origin
group by levels.node_level, origins.origin
order by levels.node_level, origins.origin
