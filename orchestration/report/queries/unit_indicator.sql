-- zh: 本地区各县（市、区）的二、三级指标得分
-- en: Indicator scores of the region's units

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    score.unit_code,
    score.node_code,
    score.full_mark,
    score.score,
    score.score_rate,
    score.is_vetoed,
    cast(score.full_mark - score.score as decimal(18, 10)) as points_lost,
    node.is_leaf,
    node.is_base
from marts.fct_indicator_score as score
inner join units
    on score.unit_code = units.unit_code
inner join marts.dim_indicator as node
    on score.methodology_code = node.methodology_code
    and score.node_code = node.node_code
where score.methodology_code = $methodology
order by score.unit_code, node.sort_path
