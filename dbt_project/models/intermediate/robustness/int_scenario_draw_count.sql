{{ config(materialized="view") }}

select
    scenario_code,
    methodology_code,
    cast(max(draw_number) as integer) as draw_count
from {{ ref('int_scenario_draw') }}
group by scenario_code, methodology_code
