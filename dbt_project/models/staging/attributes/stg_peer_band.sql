select
    series_code,
    peer_rule_code,
    group_code,
    lower_bound,
    upper_bound,
    name_zh,
    name_en
from {{ ref('peer_band') }}
