-- zh: 维度平均分比上一年下降的情况
-- en: Dimensions whose mean fell against the year before

select
    node_code,
    score,
    previous_score,
    change_from_previous,
    previous_assessment_year
from marts.region_trend
where methodology_code = $methodology
    and region_code = $region
    and node_level = 1
    and change_from_previous < 0
order by change_from_previous, node_code
