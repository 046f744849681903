select assessment_year, methodology_code, unit_code, node_code, published_score, score
from marts.fct_dimension_score
