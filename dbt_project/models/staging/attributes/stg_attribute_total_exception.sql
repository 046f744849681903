select
    attribute_code,
    cast(as_of as date) as as_of,
    area_code,
    cast(difference as decimal(28, 9)) as difference,
    note_zh,
    note_en
from {{ ref('attribute_total_exception') }}
