{{ config(materialized="view") }}

with observations as (

    select * from {{ ref('int_variant_observation') }}

),

measures as (

    select * from {{ ref('int_variant_measure') }}

),

denominators as (

    select * from {{ ref('int_measured_value') }}

)

-- A quotient of two doubles is the same everywhere and is not rounded: small ones would lose their digits.
select
    observations.series_code,
    observations.assessment_year,
    observations.variant_code,
    observations.scope_code,
    observations.unit_code,
    observations.measure_code,
    observations.is_absent,
    case
        when measures.denominator_measure_code is null then observations.value
        else observations.value / nullif(denominators.value, 0) * measures.denominator_scale
    end as value
from observations
inner join measures
    on observations.variant_code = measures.variant_code
    and observations.measure_code = measures.measure_code
left join denominators
    on observations.series_code = denominators.series_code
    and observations.assessment_year = denominators.assessment_year
    and observations.unit_code = denominators.unit_code
    and measures.denominator_measure_code = denominators.measure_code
