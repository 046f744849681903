-- The rank of each unit in each region that holds it.
select unit_code, region_code, unit_rank, ranked_unit_count
from marts.unit_ranking
where assessment_year = $year and methodology_code = $primary
