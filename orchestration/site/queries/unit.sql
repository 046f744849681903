select * from marts.dim_unit where assessment_year = $year order by unit_code
