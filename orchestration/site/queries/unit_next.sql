select * from marts.points_to_next where assessment_year = $year and methodology_code = $primary order by unit_code
