select
    series_code,
    peer_rule_code,
    group_code,
    unit_code
from {{ ref('peer_list') }}
