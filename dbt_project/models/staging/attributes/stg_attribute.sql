select
    attribute_code,
    name_zh,
    name_en,
    measurement_unit_zh,
    measurement_unit_en,
    value_kind,
    lower_bound,
    upper_bound,
    weight_attribute_code,
    mean_tolerance
from {{ ref('attribute') }}
