-- zh: 本地区各县（市、区）三年的得分与名次变化
-- en: Three years of the region's units: scores and change of rank

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    trend.unit_code,
    trend.node_code,
    trend.assessment_year,
    trend.score,
    trend.previous_assessment_year,
    coalesce(trend.previous_unit_code, '') as previous_unit_code,
    trend.previous_score,
    trend.change_from_previous,
    trend.first_assessment_year,
    trend.first_score,
    trend.three_year_change,
    coalesce(trend.three_year_direction, '') as three_year_direction,
    trend.rank_overall,
    trend.previous_rank_overall,
    trend.rank_gain,
    case when trend.change_from_previous > 0 then 'above' when trend.change_from_previous < 0 then 'below' else 'equal' end
        as change_side,
    coalesce(trend.previous_unit_code <> trend.unit_code, false) as is_recoded
from marts.unit_trend as trend
inner join units
    on trend.unit_code = units.unit_code
left join marts.dim_indicator as node
    on trend.methodology_code = node.methodology_code
    and trend.node_code = node.node_code
where trend.methodology_code = $methodology
order by trend.unit_code, node.sort_path nulls last, trend.node_code
