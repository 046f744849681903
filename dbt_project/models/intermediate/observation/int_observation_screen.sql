{{ config(materialized="by_edition", looks_back=true) }}

with observations as (

    select * from {{ ref('int_observation_reconciled') }}
    where state = 'observed'

),

units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

editions as (

    select * from {{ ref('int_edition') }}

),

rules as (

    select
        max(case screening_rule when 'robust_fence' then threshold end) as fence_threshold,
        max(case screening_rule when 'year_on_year_jump' then threshold end) as jump_threshold
    from {{ ref('stg_screening_rule') }}

),

unit_values as (

    select
        observations.series_code,
        observations.assessment_year,
        observations.unit_code,
        observations.measure_code,
        observations.value,
        observations.is_verified,
        units.previous_unit_code
    from observations
    inner join units
        on observations.series_code = units.series_code
        and observations.assessment_year = units.assessment_year
        and observations.unit_code = units.unit_code

),

medians as (

    select
        series_code,
        assessment_year,
        measure_code,
        median(value) as median_value
    from unit_values
    group by series_code, assessment_year, measure_code

),

-- 1.4826 × MAD estimates the standard deviation of a normal distribution. Where more than half of all units share one
-- value the MAD is 0 and says nothing: no fence then.
spreads as (

    select
        unit_values.series_code,
        unit_values.assessment_year,
        unit_values.measure_code,
        medians.median_value,
        1.4826 * median(abs(unit_values.value - medians.median_value)) as standardised_mad
    from unit_values
    inner join medians
        on unit_values.series_code = medians.series_code
        and unit_values.assessment_year = medians.assessment_year
        and unit_values.measure_code = medians.measure_code
    group by
        unit_values.series_code,
        unit_values.assessment_year,
        unit_values.measure_code,
        medians.median_value

),

screened as (

    select
        unit_values.series_code,
        unit_values.assessment_year,
        unit_values.unit_code,
        unit_values.measure_code,
        unit_values.value,
        unit_values.is_verified,
        previous_values.value as previous_value,
        cast(spreads.median_value as decimal(20, 9)) as median_value,
        cast(spreads.standardised_mad as decimal(20, 9)) as standardised_mad,
        spreads.standardised_mad > 0
        and abs(unit_values.value - spreads.median_value)
            > rules.fence_threshold * spreads.standardised_mad as is_outside_fence,
        coalesce(
            spreads.standardised_mad > 0
            and abs(unit_values.value - previous_values.value)
                > rules.jump_threshold * spreads.standardised_mad,
            false
        ) as is_year_on_year_jump
    from unit_values
    inner join spreads
        on unit_values.series_code = spreads.series_code
        and unit_values.assessment_year = spreads.assessment_year
        and unit_values.measure_code = spreads.measure_code
    cross join rules
    inner join editions
        on unit_values.series_code = editions.series_code
        and unit_values.assessment_year = editions.assessment_year
    left join unit_values as previous_values
        on unit_values.series_code = previous_values.series_code
        and editions.previous_assessment_year = previous_values.assessment_year
        and unit_values.previous_unit_code = previous_values.unit_code
        and unit_values.measure_code = previous_values.measure_code

)

select *
from screened
where is_outside_fence
    or is_year_on_year_jump
