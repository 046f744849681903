-- zh: 三年比较：本地区在同一方法下的平均分与名次
-- en: Three years under one methodology: means and ranks of the region

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
    rank_gain,
    abs(rank_gain) as places_moved,
    case when change_from_previous > 0 then 'above' when change_from_previous < 0 then 'below' else 'equal' end as change_side,
    case when three_year_change > 0 then 'above' when three_year_change < 0 then 'below' else 'equal' end
        as three_year_side,
    case when rank_gain > 0 then 'above' when rank_gain < 0 then 'below' else 'equal' end as rank_side
from marts.region_trend
where methodology_code = $methodology
    and region_code = $region
    and node_level <= 1
order by node_level, node_code
