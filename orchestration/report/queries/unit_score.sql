-- zh: 本地区各县（市、区）的综合得分、基础分、等级与名次
-- en: Composite, base score, grade and ranks of the region's units

with units as (

    select
        unit_code,
        prefecture_code,
        province_code,
        coalesce(prefecture_name_zh, province_name_zh) as place_name_zh,
        coalesce(prefecture_name_en, province_name_en) as place_name_en
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    score.unit_code,
    score.unit_name_zh,
    score.unit_name_en,
    coalesce(units.prefecture_code, '') as prefecture_code,
    units.province_code,
    units.place_name_zh,
    units.place_name_en,
    score.score,
    score.full_mark,
    score.base_score,
    score.base_full_mark,
    score.grade,
    score.is_ranked,
    score.rank_overall,
    score.ranked_unit_count_overall,
    score.rank_in_province,
    score.ranked_unit_count_in_province,
    score.rank_in_prefecture,
    score.ranked_unit_count_in_prefecture,
    score.coverage,
    score.veto_count,
    count(*) filter (not score.is_ranked) over () as unranked_unit_count
from marts.fct_unit_score as score
inner join units
    on score.unit_code = units.unit_code
where score.methodology_code = $methodology
order by score.rank_overall nulls last, score.unit_code
