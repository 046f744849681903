select
    attribute_code,
    as_of,
    area_code,
    difference,
    note_zh,
    note_en
from {{ ref('attribute_total_exception') }}
