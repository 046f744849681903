-- zh: 评估对象的名称、所属地区及未纳入的原因
-- en: Units: names, regions, reason for each exclusion

select
    unit_code,
    name_zh,
    name_en,
    unit_type,
    region_code,
    prefecture_code,
    prefecture_name_zh,
    prefecture_name_en,
    province_code,
    province_name_zh,
    province_name_en,
    is_included,
    exclusion_reason_zh,
    exclusion_reason_en,
    exclusion_origin
from marts.dim_unit
where $region in ($nation, province_code, prefecture_code, unit_code)
order by unit_code
