-- zh: 距上一名次与上一等级的分差
-- en: Points to the next rank and the next grade

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    next.unit_code,
    next.next_rank,
    next.score_of_next_rank,
    next.points_to_next_rank,
    coalesce(next.next_grade, '') as next_grade,
    next.points_to_next_grade
from marts.points_to_next as next
inner join units
    on next.unit_code = units.unit_code
where next.methodology_code = $methodology
order by next.unit_code
