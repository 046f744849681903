-- zh: 三年比较:本地区与全国在同一方法下的平均分与名次
-- en: Three years under one methodology: means and ranks of region and nation

select
    region_code,
    node_code,
    assessment_year,
    score,
    previous_assessment_year,
    previous_score,
    change_from_previous,
    first_assessment_year,
    first_score,
    three_year_change,
    coalesce(three_year_direction, '') as three_year_direction,
    rank_in_level,
    previous_rank_in_level,
    rank_gain
from marts.region_trend
where methodology_code = $methodology
    and region_code in ($region, $nation)
    and node_level <= 1
order by region_code, node_code
