select assessment_year, unit_code, name_zh, coalesce(name_en, name_zh) as name_en, region_code
from marts.dim_unit
where is_included
