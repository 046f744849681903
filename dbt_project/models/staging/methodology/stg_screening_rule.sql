with source as (

    select * from {{ ref('screening_rule') }}

)

select
    screening_rule,
    cast(position as integer) as position,
    cast(threshold as decimal(9, 4)) as threshold,
    {{ in_both_languages('name') }},
    origin
from source
