-- Where the points are that a unit has not: the ten largest losses under each methodology.
select unit_code, methodology_code, node_code, node_name_zh, coalesce(node_name_en, node_name_zh) as node_name_en,
    full_mark, score, points_lost, is_bonus, lost_rank, status, reason_zh, reason_en
from marts.lost_mark
where assessment_year = $year and lost_rank <= 10
order by unit_code, methodology_code, lost_rank, node_code
