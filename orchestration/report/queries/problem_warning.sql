-- zh: 尚未解除的预警
-- en: Warnings that stand

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    warning.warning_kind,
    any_value(warning.warning_name_zh) as warning_name_zh,
    any_value(warning.warning_name_en) as warning_name_en,
    warning.unit_code,
    count(*) over (partition by warning.warning_kind) as unit_count,
    count(*) over (partition by warning.warning_kind, units.province_code) as province_unit_count
from marts.warning as warning
inner join units
    on warning.unit_code = units.unit_code
where warning.methodology_code = $methodology
    and warning.cleared_on is null
group by warning.warning_kind, warning.unit_code, units.province_code
order by warning.warning_kind, warning.unit_code
