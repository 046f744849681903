select
    attribute_code,
    name_zh,
    name_en,
    measurement_unit_zh,
    measurement_unit_en,
    value_kind,
    cast(lower_bound as decimal(20, 9)) as lower_bound,
    cast(upper_bound as decimal(20, 9)) as upper_bound,
    weight_attribute_code,
    cast(mean_tolerance as decimal(18, 9)) as mean_tolerance
from {{ ref('attribute') }}
