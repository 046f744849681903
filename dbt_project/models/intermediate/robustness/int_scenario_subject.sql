with scenarios as (

    select * from {{ ref('stg_scenario') }}

),

methodologies as (

    select * from {{ ref('stg_methodology') }}

),

latest_editions as (

    select * from {{ ref('int_latest_edition') }}

),

scored as (

    select distinct
        series_code,
        assessment_year,
        methodology_code
    from {{ ref('int_unit_score') }}

)

select
    row_number() over (
        order by scored.series_code, scored.assessment_year, scored.methodology_code, scenarios.position
    ) as subject_number,
    scored.series_code,
    scored.assessment_year,
    scored.methodology_code,
    methodologies.tree_code,
    scenarios.scenario_code,
    scenarios.is_default,
    scenarios.nominal_variant_code,
    scenarios.draw_count,
    scenarios.seed
from scored
inner join methodologies
    on scored.methodology_code = methodologies.methodology_code
inner join scenarios
    on scored.series_code = scenarios.series_code
    and scored.methodology_code = coalesce(scenarios.methodology_code, scored.methodology_code)
inner join latest_editions
    on scored.series_code = latest_editions.series_code
where scenarios.editions = 'all'
    or scored.assessment_year = latest_editions.assessment_year
