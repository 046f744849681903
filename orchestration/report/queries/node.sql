-- zh: 指标体系各节点的满分、计分规则与来源
-- en: Nodes of the methodology: full mark, rule, origin

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
    origin
from marts.dim_indicator
where methodology_code = $methodology
order by sort_path
