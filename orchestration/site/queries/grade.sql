select distinct on (methodology_code, grade) * from marts.dim_grade order by methodology_code, grade_position
