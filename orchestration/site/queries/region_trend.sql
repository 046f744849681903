select region_code, assessment_year, node_code, score, change_from_previous, rank_in_level, rank_gain
from marts.region_trend
where methodology_code = $primary and node_level <= 1
order by region_code, node_code, assessment_year
