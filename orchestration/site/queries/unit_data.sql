select unit_code, methodology_code, node_code, node_level, node_name_zh, node_name_en, full_mark, score, points,
    points_lost, status, reason_zh, reason_en
from marts.score_contribution
where assessment_year = $year
order by unit_code, methodology_code, sort_path
