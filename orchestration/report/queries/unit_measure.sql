-- zh: 本地区各县（市、区）的观测值与状态
-- en: Measures of the region's units: value and status

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    score.unit_code,
    score.node_code,
    score.measure_code,
    measure.name_zh,
    measure.name_en,
    measure.measurement_unit,
    score.status,
    score.value,
    score.is_vetoed
from marts.fct_measure_score as score
inner join units
    on score.unit_code = units.unit_code
inner join marts.dim_measure as measure
    on score.methodology_code = measure.methodology_code
    and score.measure_code = measure.measure_code
where score.methodology_code = $methodology
    and score.rule_family <> 'event'
order by score.unit_code, score.measure_code
