select place_kind, place_code, lookup_kind, lookup_text
from marts.place_lookup
where assessment_year = $year
order by place_kind, place_code, lookup_kind, lookup_text
