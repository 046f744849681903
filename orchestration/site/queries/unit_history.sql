select * from marts.unit_history
where basis = 'restated'
order by lineage_code, methodology_code, assessment_year
