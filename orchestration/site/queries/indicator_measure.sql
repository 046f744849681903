select distinct on (methodology_code, measure_code) *
from marts.dim_measure
where methodology_code in (select methodology_code from marts.release_info where assessment_year = $year)
order by methodology_code, measure_code
