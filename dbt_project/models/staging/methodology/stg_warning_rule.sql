with source as (

    select * from {{ ref('warning_rule') }}

)

select
    tree_code,
    warning_kind,
    cast(position as integer) as position,
    cast(threshold as decimal(18, 10)) as threshold,
    cast(window_months as integer) as window_months,
    severity,
    {{ in_both_languages('name') }},
    origin
from source
