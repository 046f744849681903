-- zh: 本地区的预警
-- en: Warnings of the region's units

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

standing as (

    select warning.warning_kind, count(distinct warning.unit_code) as standing_unit_count
    from marts.warning as warning
    inner join units
        on warning.unit_code = units.unit_code
    where warning.methodology_code = $methodology
        and warning.cleared_on is null
    group by warning.warning_kind

),

standing_in_province as (

    select warning.warning_kind, units.province_code, count(distinct warning.unit_code) as province_unit_count
    from marts.warning as warning
    inner join units
        on warning.unit_code = units.unit_code
    where warning.methodology_code = $methodology
        and warning.cleared_on is null
    group by warning.warning_kind, units.province_code

)

select
    warning.unit_code,
    warning.warning_kind,
    warning.warning_name_zh,
    warning.warning_name_en,
    warning.severity,
    warning.first_seen,
    warning.last_seen,
    warning.cleared_on,
    warning.text_zh,
    warning.text_en,
    coalesce(standing.standing_unit_count, 0) as standing_unit_count,
    coalesce(standing_in_province.province_unit_count, 0) as province_unit_count
from marts.warning as warning
inner join units
    on warning.unit_code = units.unit_code
left join standing
    on warning.warning_kind = standing.warning_kind
left join standing_in_province
    on warning.warning_kind = standing_in_province.warning_kind
    and units.province_code = standing_in_province.province_code
where warning.methodology_code = $methodology
order by warning.unit_code, warning.first_seen, warning.warning_kind
