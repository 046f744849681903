-- zh: 被一票否决的指标与县（市、区）
-- en: Vetoed indicators and their units

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    indicator.unit_code,
    indicator.node_code,
    indicator.full_mark,
    count(*) over (partition by indicator.node_code) as unit_count,
    count(*) over (partition by indicator.node_code, units.province_code) as province_unit_count
from marts.fct_indicator_score as indicator
inner join units
    on indicator.unit_code = units.unit_code
inner join marts.dim_indicator as node
    on indicator.methodology_code = node.methodology_code
    and indicator.node_code = node.node_code
where indicator.methodology_code = $methodology
    and node.is_leaf
    and indicator.is_vetoed
order by node.sort_path, indicator.unit_code
