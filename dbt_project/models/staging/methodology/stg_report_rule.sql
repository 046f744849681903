with source as (

    select * from {{ ref('report_rule') }}

)

select
    report_rule,
    cast(threshold as decimal(18, 10)) as threshold,
    {{ in_both_languages('name') }},
    origin
from source
