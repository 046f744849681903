with draws as (

    select * from {{ ref('int_scenario_draw') }}

)

select
    scenario_code,
    methodology_code,
    draw_number,
    factor_code,
    dimension_number,
    nullif(node_code, '') as node_code,
    drawn,
    nullif(chosen_option, '') as chosen_option
from draws
