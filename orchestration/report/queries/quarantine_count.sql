-- zh: 本地区未通过校验的输入行按来源与规则计数
-- en: Input rows of the region in quarantine, by source and rule

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    quarantined.source,
    quarantined.rule,
    count(*) as row_count
from marts.quarantined_row as quarantined
left join units
    on quarantined.unit_code = units.unit_code
where units.unit_code is not null
    or $region = $nation
group by quarantined.source, quarantined.rule
order by row_count desc, quarantined.source, quarantined.rule
