-- zh: 各地区的层级、上级地区与评估数
-- en: Regions: level, parent and numbers of units

select
    region.region_code,
    region.region_level,
    region.level_position,
    region.region_level_name_zh,
    region.region_level_name_en,
    region.parent_region_code,
    region.name_zh,
    region.name_en,
    region.frame_unit_count,
    region.unit_count,
    region.frame_unit_count - region.unit_count as excluded_unit_count,
    count(unit.unit_code) filter (unit.is_included) as direct_unit_count,
    (
        select count(*) from marts.dim_region as below
        where below.parent_region_code = region.region_code and below.unit_count > 0
    ) as subregion_count
from marts.dim_region as region
left join marts.dim_unit as unit
    on region.region_code = unit.region_code
group by all
order by region.level_position, region.region_code
