with source as (

    select * from {{ ref('scenario') }}

)

select
    scenario_code,
    series_code,
    methodology_code,
    nominal_variant_code,
    cast(position as integer) as position,
    editions,
    cast(is_default as boolean) as is_default,
    cast(draw_count as integer) as draw_count,
    cast(seed as integer) as seed,
    name_zh,
    name_en,
    origin
from source
