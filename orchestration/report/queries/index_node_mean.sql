-- zh: 本地区在指标体系各节点的平均分
-- en: Means of the region at every node of the tree

select
    score.node_code,
    node.name_zh as node_name_zh,
    node.name_en as node_name_en,
    node.node_level,
    score.full_mark,
    score.published_mean_of_units,
    score.score_rate,
    score.min_score,
    score.max_score,
    score.scored_unit_count
from marts.region_score as score
inner join marts.dim_indicator as node
    on score.methodology_code = node.methodology_code
    and score.node_code = node.node_code
where score.methodology_code = $methodology
    and score.region_code = $region
order by node.sort_path
