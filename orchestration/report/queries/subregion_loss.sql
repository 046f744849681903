-- zh: 下级地区各维度的平均失分
-- en: Mean marks lost in each dimension by the regions directly below

select
    region_code,
    region_name_zh,
    region_name_en,
    node_code,
    cast(full_mark - mean_of_units as decimal(18, 10)) as mean_points_lost
from marts.region_score
where methodology_code = $methodology
    and parent_region_code = $region
    and node_level = 1
    and mean_of_units is not null
    and mean_of_units < full_mark
order by node_code, mean_points_lost desc, region_code
