-- zh: 省内名次相邻的县（市、区）（前后各三个）
-- en: Units next in rank within the province, three on each side

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

ranked as (

    select
        unit.province_code,
        score.unit_code,
        score.unit_name_zh,
        score.unit_name_en,
        score.score,
        coalesce(score.grade, '') as grade,
        score.rank_overall,
        score.rank_in_province,
        row_number() over (partition by unit.province_code order by score.rank_in_province, score.unit_code) as place
    from marts.fct_unit_score as score
    inner join marts.dim_unit as unit
        on score.unit_code = unit.unit_code
    where score.methodology_code = $methodology
        and score.rank_in_province is not null

)

select
    own.unit_code,
    ranked.unit_code as neighbour_code,
    ranked.unit_name_zh as neighbour_name_zh,
    ranked.unit_name_en as neighbour_name_en,
    ranked.unit_code = own.unit_code as is_own,
    ranked.rank_in_province,
    ranked.rank_overall,
    ranked.score,
    ranked.grade
from ranked as own
inner join units
    on own.unit_code = units.unit_code
inner join ranked
    on own.province_code = ranked.province_code
    and ranked.place between own.place - 3 and own.place + 3
order by own.unit_code, ranked.place
