-- zh: 本地区各县（市、区）的五个维度得分与得分率、所在省的得分率
-- en: Dimension scores and score rates of the region's units, and the rates of their province

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
    case when score.is_base then score.score_rate end as score_rate,
    case when score.is_base then province.score_rate end as province_score_rate,
    province.mean_of_units as province_mean
from marts.fct_dimension_score as score
inner join units
    on score.unit_code = units.unit_code
left join marts.region_score as province
    on score.methodology_code = province.methodology_code
    and score.node_code = province.node_code
    and coalesce(units.province_code, $nation) = province.region_code
left join marts.dim_indicator as node
    on score.methodology_code = node.methodology_code
    and score.node_code = node.node_code
where score.methodology_code = $methodology
order by score.unit_code, node.sort_path nulls last, score.node_code
