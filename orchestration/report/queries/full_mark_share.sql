-- zh: 本地区各指标得满分的县（市、区）比例
-- en: Share of the region's units at the full mark of each node

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

scores as (

    select unit_code, node_code, full_mark, score
    from marts.fct_dimension_score
    where methodology_code = $methodology
        and is_base

    union all

    select indicator.unit_code, indicator.node_code, indicator.full_mark, indicator.score
    from marts.fct_indicator_score as indicator
    inner join marts.dim_indicator as node
        on indicator.methodology_code = node.methodology_code
        and indicator.node_code = node.node_code
    where indicator.methodology_code = $methodology
        and node.is_base

)

select
    scores.node_code,
    count(scores.score) as scored_unit_count,
    count(*) filter (scores.score = scores.full_mark) as full_unit_count,
    cast(count(*) filter (scores.score = scores.full_mark) / nullif(count(scores.score), 0) as decimal(18, 10))
        as full_share
from scores
inner join units
    on scores.unit_code = units.unit_code
group by scores.node_code
order by scores.node_code
