with scenarios as (

    select * from {{ ref('stg_scenario') }}

),

given_draws as (

    select
        scenario_code,
        max(draw_number) as draw_count
    from {{ ref('stg_scenario_given_draw') }}
    group by scenario_code

),

editions as (

    select * from {{ ref('int_edition') }}

),

roots as (

    select * from {{ ref('int_methodology_node') }}
    where depth = 0

),

scored as (

    select distinct
        series_code,
        assessment_year,
        methodology_code
    from {{ ref('int_unit_score') }}

)

-- Scenarios of one edition and methodology, its target, start from the same units and rates. Where a variant is what the
-- draws start from, its own interval holds and nothing is cut.
select
    concat_ws(
        '/', scored.series_code, scored.assessment_year, scored.methodology_code, scenarios.scenario_code
    ) as subject_code,
    concat_ws('/', scored.series_code, scored.assessment_year, scored.methodology_code) as target_code,
    scored.series_code,
    scored.assessment_year,
    scored.methodology_code,
    scenarios.scenario_code,
    scenarios.is_default,
    editions.is_latest,
    scenarios.nominal_variant_code,
    coalesce(
        given_draws.draw_count, scenarios.draw_count, {{ env_var('ZHENGXIN_DRAW_COUNT', '500') | int }}
    ) as draw_count,
    scenarios.seed,
    case when scenarios.nominal_variant_code is null then cast(roots.min_mark as double) else -1e9 end as lowest,
    case when scenarios.nominal_variant_code is null then cast(roots.full_mark as double) else 1e9 end as highest
from scored
inner join roots
    on scored.methodology_code = roots.methodology_code
inner join scenarios
    on scored.series_code = scenarios.series_code
    and scored.methodology_code = coalesce(scenarios.methodology_code, scored.methodology_code)
inner join editions
    on scored.series_code = editions.series_code
    and scored.assessment_year = editions.assessment_year
left join given_draws
    on scenarios.scenario_code = given_draws.scenario_code
where scenarios.editions = 'all'
    or editions.is_latest
