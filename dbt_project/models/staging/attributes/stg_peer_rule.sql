select
    series_code,
    peer_rule_code,
    cast(position as integer) as position,
    rule_kind,
    region_level,
    attribute_code,
    per_attribute_code,
    cast(group_count as integer) as group_count,
    name_zh,
    name_en
from {{ ref('peer_rule') }}
