select score.*, unit.lineage_code
from marts.fct_unit_score as score
inner join marts.dim_unit as unit
    on score.assessment_year = unit.assessment_year and score.unit_code = unit.unit_code
order by score.assessment_year desc, score.rank_overall nulls last, score.unit_code, score.methodology_code
