select distinct on (methodology_code, node_code) *
from marts.dim_indicator
where methodology_code in (select methodology_code from marts.release_info where assessment_year = $year)
order by methodology_code, node_code
