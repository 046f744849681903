-- zh: 本地区各评估对象的得分、等级与名次
-- en: Score, grade and rank of the units of the region

with recursive regions as (

    select region_code
    from marts.dim_region
    where region_code = $region

    union

    select below.region_code
    from marts.dim_region as below
    inner join regions
        on below.parent_region_code = regions.region_code

)

select
    score.unit_code,
    score.unit_name_zh,
    score.unit_name_en,
    unit.region_code,
    region.name_zh as region_name_zh,
    region.name_en as region_name_en,
    score.published_score,
    score.full_mark,
    score.grade,
    score.is_ranked,
    score.rank_overall as unit_rank,
    score.ranked_unit_count_overall as ranked_unit_count,
    score.coverage
from marts.fct_unit_score as score
inner join marts.dim_unit as unit
    on score.unit_code = unit.unit_code
inner join marts.dim_region as region
    on unit.region_code = region.region_code
where score.methodology_code = $methodology
    and (unit.region_code in (select region_code from regions) or score.unit_code = $region)
order by score.rank_overall nulls last, score.unit_code
