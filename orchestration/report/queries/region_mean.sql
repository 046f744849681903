-- zh: 本地区、其上级地区与{whole}的综合得分与基础分的平均、最低与最高
-- en: Composite and base of the region, of the one that it lies in and of {whole}: means, lowest and highest

select
    region_code,
    region_name_zh,
    region_name_en,
    node_code,
    full_mark,
    mean_of_units,
    mean_of_subregions,
    min_score,
    max_score,
    scored_unit_count,
    region_code = $region and node_code = 'composite' as is_subject
from marts.region_score
where methodology_code = $methodology
    and node_code in ('composite', 'base')
    and (
        region_code in ($region, $nation)
        or region_code in (select parent_region_code from marts.dim_region where region_code = $region)
    )
order by region_code <> $region, region_code = $nation, node_code <> 'composite'
