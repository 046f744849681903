with source as (

    select * from {{ ref('scenario_factor') }}

)

select
    scenario_code,
    factor_code,
    cast(position as integer) as position,
    factor_kind,
    cast(node_level as integer) as node_level,
    node_codes,
    cast(spread as double) as spread,
    options,
    name_zh,
    name_en
from source
