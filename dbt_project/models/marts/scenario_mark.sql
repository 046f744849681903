with marks as (

    select * from {{ ref('int_scenario_mark') }}

)

select
    scenario_code,
    methodology_code,
    draw_number,
    node_code,
    nullif(parent_node_code, '') as parent_node_code,
    cast(cast(mark as decimal(19, 0)) * cast('0.000000000001' as decimal(13, 12)) as decimal(18, 12)) as drawn_mark
from marks
