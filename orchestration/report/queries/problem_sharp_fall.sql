-- zh: 综合得分比上一年下降达到界限的县（市、区）
-- en: Units whose composite fell by the limit or more

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    trend.unit_code,
    trend.score,
    trend.previous_score,
    trend.change_from_previous,
    trend.previous_assessment_year,
    count(*) over (partition by trend.change_from_previous) as tied_unit_count,
    count(*) over () as unit_count,
    count(*) over (partition by units.province_code) as province_unit_count
from marts.unit_trend as trend
inner join units
    on trend.unit_code = units.unit_code
where trend.methodology_code = $methodology
    and trend.node_code = 'composite'
    and trend.change_from_previous <= -$fall_limit
order by trend.change_from_previous, trend.unit_code
