select
    series_code,
    peer_rule_code,
    position,
    rule_kind,
    region_level,
    attribute_code,
    per_attribute_code,
    group_count,
    name_zh,
    name_en
from {{ ref('peer_rule') }}
