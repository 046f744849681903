with source as (

    select * from {{ ref('recommendation_rule') }}

)

select
    recommendation_code,
    series_code,
    finding,
    node_code,
    position,
    cast(threshold as decimal(18, 10)) as threshold,
    cast(unit_share as decimal(18, 10)) as unit_share,
    {{ in_both_languages('action') }},
    {{ in_both_languages('duty') }},
    origin
from source
