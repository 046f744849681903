with bands as (

    select * from {{ ref('int_methodology_grade_band') }}

)

select
    methodology_code,
    grade,
    position as grade_position,
    name_zh,
    name_en,
    lower_bound as grade_lower_bound,
    upper_bound as grade_upper_bound,
    origin
from bands
order by methodology_code, position
