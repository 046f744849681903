-- zh: 得满分的县（市、区）超过界限、已无区分度的末级指标
-- en: Leaf indicators at the full mark in more than the limit's share of units

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

shares as (

    select
        indicator.node_code,
        node.dimension_code,
        node.sort_path,
        cast(
            count(*) filter (indicator.score = indicator.full_mark) / nullif(count(indicator.score), 0)
            as decimal(18, 10)
        ) as full_share
    from marts.fct_indicator_score as indicator
    inner join marts.dim_indicator as node
        on indicator.methodology_code = node.methodology_code
        and indicator.node_code = node.node_code
    inner join units
        on indicator.unit_code = units.unit_code
    where indicator.methodology_code = $methodology
        and node.is_leaf
        and node.is_base
    group by indicator.node_code, node.dimension_code, node.sort_path

)

select
    dimension_code,
    node_code,
    full_share,
    cast($ceiling_limit as decimal(18, 10)) as ceiling_limit,
    count(*) over (partition by dimension_code) as dimension_ceiling_count,
    count(*) over () as ceiling_count,
    (select count(*) from shares) as leaf_count
from shares
where full_share > $ceiling_limit
order by sort_path
