-- zh: 指标体系各层节点按来源计数
-- en: Nodes of each level counted by origin

select
    node_level,
    origin,
    count(*) as node_count
from marts.dim_indicator
where methodology_code = $methodology
group by all
order by node_level, origin
