-- zh: 同省单元的综合得分与名次
-- en: Composite and ranks of the units of the same province

select
    score.unit_code,
    score.unit_name_zh,
    score.unit_name_en,
    unit.province_code,
    coalesce(unit.prefecture_code, '') as prefecture_code,
    score.score,
    score.grade,
    score.rank_national,
    score.rank_in_province,
    score.rank_in_prefecture
from marts.fct_unit_score as score
inner join marts.dim_unit as unit
    on score.unit_code = unit.unit_code
where score.methodology_code = $methodology
    and score.rank_in_province is not null
    and unit.province_code in (
        select province_code from marts.dim_unit
        where $region in ($nation, province_code, prefecture_code, unit_code)
    )
order by unit.province_code, score.rank_in_province, score.unit_code
