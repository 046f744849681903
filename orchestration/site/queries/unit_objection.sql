select unit_code, objection_code, subject_code, request, submitted_at, objection_status, decided_at
from marts.objection
where assessment_year = $year
order by unit_code, submitted_at, objection_code
