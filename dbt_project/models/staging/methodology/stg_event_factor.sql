with source as (

    select * from {{ ref('event_factor') }}

)

select
    tree_code,
    factor_kind,
    factor_level,
    cast(position as integer) as position,
    cast(factor_value as decimal(6, 3)) as factor_value,
    cast(limit_hours as integer) as limit_hours,
    {{ in_both_languages('name') }},
    origin
from source
