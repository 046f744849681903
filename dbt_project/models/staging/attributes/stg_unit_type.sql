select
    unit_type,
    name_en
from {{ ref('unit_type') }}
