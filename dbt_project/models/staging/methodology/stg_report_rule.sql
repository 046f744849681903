with source as (

    select * from {{ ref('report_rule') }}

)

select
    report_rule,
    cast(threshold as decimal(18, 10)) as threshold,
    name_zh,
    name_en,
    origin
from source
