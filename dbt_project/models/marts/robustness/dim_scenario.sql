with scenarios as (

    select * from {{ ref('stg_scenario') }}
    where series_code in (select series_code from {{ ref('int_edition') }})

),

draw_counts as (

    select
        scenario_code,
        max(draw_count) as draw_count
    from {{ ref('int_scenario_subject') }}
    group by scenario_code

)

select
    scenarios.scenario_code,
    scenarios.series_code,
    scenarios.methodology_code,
    scenarios.is_default as is_default_scenario,
    draw_counts.draw_count,
    scenarios.seed,
    scenarios.name_zh as scenario_name_zh,
    scenarios.name_en as scenario_name_en
from scenarios
left join draw_counts
    on scenarios.scenario_code = draw_counts.scenario_code
