with source as (

    select * from {{ ref('scenario_given_draw') }}

)

select
    scenario_code,
    cast(draw_number as integer) as draw_number,
    factor_code,
    cast(drawn as double) as drawn
from source
