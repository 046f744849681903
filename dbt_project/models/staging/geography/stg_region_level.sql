with source as (

    select * from {{ ref('region_level') }}

)

select
    series_code,
    region_level,
    cast(level_position as integer) as level_position,
    {{ in_both_languages('name') }}
from source
