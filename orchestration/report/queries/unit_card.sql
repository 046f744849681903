-- zh: 各县（市、区）的综合得分、等级、名次及其九成区间、距上一名与上一等级的分差
-- en: Composite, grade, ranks with their nine-in-ten bands, and points to the next rank and grade of each unit

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    score.unit_code,
    score.unit_name_zh,
    score.unit_name_en,
    units.province_code,
    score.score,
    score.full_mark,
    score.base_score,
    score.base_full_mark,
    coalesce(score.grade, '') as grade,
    score.is_ranked,
    score.rank_overall,
    score.ranked_unit_count_overall,
    score.rank_in_province,
    score.ranked_unit_count_in_province,
    score.coverage,
    score.veto_count,
    next.next_rank,
    next.points_to_next_rank,
    coalesce(next.next_grade, '') as next_grade,
    next.points_to_next_grade
from marts.fct_unit_score as score
inner join units
    on score.unit_code = units.unit_code
left join marts.points_to_next as next
    on score.methodology_code = next.methodology_code
    and score.unit_code = next.unit_code
where score.methodology_code = $methodology
order by score.unit_code
