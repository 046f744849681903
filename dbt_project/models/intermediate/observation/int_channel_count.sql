{{ config(materialized="by_edition") }}

with observations as (

    select * from {{ ref('stg_observation') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

wanted_rules as (

    select
        editions.series_code,
        editions.assessment_year,
        rules.measure_code
    from editions
    inner join {{ ref('int_methodology_rule') }} as rules
        on editions.primary_methodology_code = rules.methodology_code
        and rules.rule_family <> 'event'

),

looked_at as (

    select
        observations.series_code,
        observations.assessment_year,
        observations.unit_code,
        observations.measure_code,
        observations.channel,
        max(case when observations.state = 'observed' then 1 else 0 end) as has_value
    from observations
    inner join wanted_rules
        on observations.series_code = wanted_rules.series_code
        and observations.assessment_year = wanted_rules.assessment_year
        and observations.measure_code = wanted_rules.measure_code
    where observations.state <> 'not_collected'
    group by
        observations.series_code,
        observations.assessment_year,
        observations.unit_code,
        observations.measure_code,
        observations.channel

),

cells as (

    select series_code, assessment_year, unit_code, measure_code, channel, has_value
    from looked_at

    union all

    select series_code, assessment_year, unit_code, measure_code, 'any' as channel, max(has_value) as has_value
    from looked_at
    group by series_code, assessment_year, unit_code, measure_code

)

select
    series_code,
    assessment_year,
    unit_code,
    channel,
    count(*) as cell_count,
    sum(has_value) as value_count
from cells
group by series_code, assessment_year, unit_code, channel
