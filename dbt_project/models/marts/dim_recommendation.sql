with rules as (

    select * from {{ ref('stg_recommendation_rule') }}

)

select
    recommendation_code,
    series_code,
    finding,
    node_code,
    cast(position as integer) as position,
    threshold,
    unit_share,
    action_zh,
    action_en,
    duty_zh,
    duty_en,
    origin
from rules
order by series_code, position, recommendation_code
