select assessment_year, unit_code, name_zh, coalesce(name_en, name_zh) as name_en, province_code, province_name_zh,
    province_name_en, prefecture_code, prefecture_name_zh, prefecture_name_en
from marts.dim_unit
where is_included
