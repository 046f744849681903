select unit_code, warning_code, warning_name_zh, warning_name_en, severity, first_seen, text_zh, text_en
from marts.warning
where assessment_year = $year and is_primary_methodology and is_open
order by unit_code, first_seen desc, warning_code
