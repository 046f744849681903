with source as (

    select * from {{ ref('statistic_rule') }}

)

select
    statistic_rule,
    cast(threshold as double) as threshold,
    name_zh,
    name_en,
    origin
from source
