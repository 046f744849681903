-- zh: 舆情事件得分不高于界限的县（市、区）
-- en: Units whose event score is at or below the limit

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    score.unit_code,
    score.score,
    count(*) over () as unit_count,
    count(*) over (partition by units.province_code) as province_unit_count
from marts.fct_dimension_score as score
inner join units
    on score.unit_code = units.unit_code
where score.methodology_code = $methodology
    and not score.is_base
    and score.score <= -$event_score_limit
order by score.score, score.unit_code
