with source as (

    select * from {{ ref('screening_rule') }}

)

select
    screening_rule,
    cast(position as integer) as position,
    cast(threshold as decimal(9, 4)) as threshold,
    name_zh,
    name_en,
    origin
from source
