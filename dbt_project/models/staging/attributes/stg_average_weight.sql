select
    series_code,
    attribute_code
from {{ ref('average_weight') }}
