select * from marts.dim_region where assessment_year = $year order by level_position, region_code
