select
    series_code,
    peer_rule_code,
    group_code,
    cast(lower_bound as decimal(20, 9)) as lower_bound,
    cast(upper_bound as decimal(20, 9)) as upper_bound,
    name_zh,
    name_en
from {{ ref('peer_band') }}
