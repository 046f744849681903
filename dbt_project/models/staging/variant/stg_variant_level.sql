with source as (

    select * from {{ ref('variant_level') }}

)

select
    variant_code,
    cast(depth as integer) as depth,
    aggregation,
    cast(power as double) as power,
    cast(min_child_share as double) as min_child_share
from source
