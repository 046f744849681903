-- zh: 本地区各末级指标的平均失分、失分的县（市、区）数及其中失分最多的
-- en: Mean marks lost at each leaf indicator of the region, how many units lost marks, and the first of those that lost most with how many they are

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

losses as (

    select
        indicator.dimension_code,
        indicator.node_code,
        indicator.unit_code,
        cast(indicator.full_mark - indicator.score as decimal(18, 10)) as points_lost,
        indicator.full_mark,
        max(indicator.full_mark - indicator.score) over (partition by indicator.node_code) as node_max_points_lost
    from marts.fct_indicator_score as indicator
    inner join marts.dim_indicator as node
        on indicator.methodology_code = node.methodology_code
        and indicator.node_code = node.node_code
    inner join units
        on indicator.unit_code = units.unit_code
    where indicator.methodology_code = $methodology
        and node.is_leaf
        and node.is_base
        and indicator.score is not null

)

select
    dimension_code,
    node_code,
    full_mark,
    cast(sum(points_lost) / count(*) as decimal(18, 10)) as mean_points_lost,
    count(*) filter (points_lost > 0) as losing_unit_count,
    count(*) as scored_unit_count,
    max(points_lost) as max_points_lost,
    count(*) filter (points_lost = node_max_points_lost) as worst_unit_count,
    min_by(unit_code, row(-points_lost, unit_code)) as worst_unit_code
from losses
group by dimension_code, node_code, full_mark
having sum(points_lost) > 0
order by mean_points_lost desc, node_code
