-- zh: 本地区比上年升幅与降幅最大的县（市、区）
-- en: Units of the region that rose and fell most against the year before

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

moves as (

    select
        trend.unit_code,
        trend.change_from_previous,
        trend.previous_assessment_year,
        case when trend.change_from_previous > 0 then 'up' else 'down' end as direction
    from marts.unit_trend as trend
    inner join units
        on trend.unit_code = units.unit_code
    where trend.methodology_code = $methodology
        and trend.node_level = 0
        and trend.change_from_previous <> 0

)

select
    direction,
    unit_code,
    change_from_previous,
    previous_assessment_year,
    count(*) over (partition by direction) as direction_unit_count,
    count(*) over (partition by direction, change_from_previous) as tied_unit_count
from moves
qualify row_number() over (partition by direction order by abs(change_from_previous) desc, unit_code) = 1
order by direction desc
