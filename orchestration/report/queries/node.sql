-- zh: 指标体系各节点的满分、计分规则、来源与下级指标数
-- en: Nodes of the methodology: full mark, rule, origin, number of indicators below

select
    node_code,
    parent_node_code,
    node_level,
    coalesce(dimension_code, '') as dimension_code,
    sort_path,
    is_leaf,
    name_zh,
    name_en,
    full_mark,
    min_mark,
    is_base,
    coalesce(rule_text_zh, '') as rule_text_zh,
    coalesce(rule_text_en, '') as rule_text_en,
    origin,
    (
        select count(*) from marts.dim_indicator as below
        where below.methodology_code = node.methodology_code
            and below.node_level = 2
            and starts_with(below.sort_path, node.sort_path || '.')
    ) as second_level_count,
    (
        select count(*) from marts.dim_indicator as below
        where below.methodology_code = node.methodology_code
            and below.node_level = 3
            and starts_with(below.sort_path, node.sort_path || '.')
    ) as third_level_count
from marts.dim_indicator as node
where methodology_code = $methodology
order by sort_path
