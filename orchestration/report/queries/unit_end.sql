-- zh: 本地区及其各市（州）得分最高与最低的县（市、区），并列者计数
-- en: The highest and the lowest unit of the region and of each of its prefectures, with how many share the place

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

members as (

    select
        groups.group_code,
        score.unit_code,
        score.score,
        score.rank_overall,
        rank() over (partition by groups.group_code order by score.score desc) as place,
        rank() over (partition by groups.group_code order by score.score) as place_from_below,
        count(*) over (partition by groups.group_code) as unit_count
    from marts.fct_unit_score as score
    inner join units
        on score.unit_code = units.unit_code
    inner join (
        select unit_code, $region as group_code from units
        union
        select unit_code, prefecture_code from units
    ) as groups
        on score.unit_code = groups.unit_code
    where score.methodology_code = $methodology
        and score.score is not null
        and (score.is_ranked or groups.group_code <> $region)

)

select
    group_code,
    max(unit_count) as unit_count,
    min(unit_code) filter (place = 1) as best_unit_code,
    max(score) as best_score,
    min(rank_overall) as best_rank,
    count(*) filter (place = 1) as best_count,
    min(unit_code) filter (place_from_below = 1) as worst_unit_code,
    min(score) as worst_score,
    max(rank_overall) as worst_rank,
    count(*) filter (place_from_below = 1) as worst_count
from members
where group_code is not null
group by group_code
order by group_code
