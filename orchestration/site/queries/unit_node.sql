select unit_code, node_code, node_level, node_name_zh, coalesce(node_name_en, node_name_zh) as node_name_en, full_mark,
    score, points, points_lost, status, reason_zh, reason_en
from marts.score_contribution
where assessment_year = $year and methodology_code = $primary and node_level > 0
order by unit_code, sort_path
