with draws as (

    select
        scenario_code,
        methodology_code,
        draw_number,
        unnest(points, max_depth := 2)
    from {{ ref('int_scenario_draw') }}

)

select
    scenario_code,
    methodology_code,
    draw_number,
    factor_code,
    dimension_number,
    node_code,
    drawn,
    chosen_option
from draws
