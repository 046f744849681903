with source as (

    select * from {{ ref('grade_band') }}

)

select
    methodology_code,
    grade,
    cast(position as integer) as position,
    cast(lower_bound as decimal(9, 4)) as lower_bound,
    cast(upper_bound as decimal(9, 4)) as upper_bound,
    {{ in_both_languages('name') }},
    origin
from source
