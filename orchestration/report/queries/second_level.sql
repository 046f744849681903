-- zh: 本地区二级指标在某一方法下的平均分、得分率、与{whole}平均之差及名次
-- en: The region's second-level indicators under one methodology: means, score rates, gaps to the mean of {whole}, ranks

select
    comparison.node_code,
    node.name_zh as node_name_zh,
    node.name_en as node_name_en,
    comparison.full_mark,
    comparison.mean_of_units,
    cast(comparison.mean_of_units / nullif(comparison.full_mark, 0) as decimal(18, 10)) as score_rate,
    comparison.national_mean_of_subregions,
    comparison.gap_to_national_mean_of_subregions,
    comparison.rank_in_level
from marts.region_comparison as comparison
inner join marts.dim_indicator as node
    on comparison.methodology_code = node.methodology_code
    and comparison.node_code = node.node_code
where comparison.methodology_code = $methodology
    and comparison.region_code = $region
    and node.node_level = 2
    and node.is_base
    and comparison.mean_of_units is not null
order by node.sort_path
