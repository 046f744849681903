-- zh: 该评估对象在指标体系各节点的得分、对总分的贡献与失分原因
-- en: The unit at every node of the tree: score, points given to the whole, points lost and why

select
    node_code,
    node_level,
    node_name_zh,
    node_name_en,
    full_mark,
    score,
    points,
    points_lost,
    reason_zh,
    reason_en
from marts.score_contribution
where methodology_code = $methodology
    and unit_code = $region
order by sort_path
