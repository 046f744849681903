-- zh: 下一级各地区的平均分、名次与评估对象数
-- en: Means, ranks and numbers of units of the regions directly below

select
    score.region_code,
    score.region_name_zh,
    score.region_name_en,
    region.region_level_name_zh,
    region.region_level_name_en,
    score.published_mean_of_units,
    score.rank_within_parent,
    score.unit_count,
    score.scored_unit_count
from marts.region_score as score
inner join marts.dim_indicator as node
    on score.methodology_code = node.methodology_code
    and score.node_code = node.node_code
    and node.node_level = 0
inner join marts.dim_region as region
    on score.region_code = region.region_code
where score.methodology_code = $methodology
    and score.parent_region_code = $region
order by score.rank_within_parent nulls last, score.region_code
