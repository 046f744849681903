{{ config(materialized="view") }}

with variants as (

    select * from {{ ref('int_variant_edition') }}
    where not is_stated

),

measures as (

    select * from {{ ref('int_variant_measure') }}

),

units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

measured_values as (

    select * from {{ ref('int_measured_value') }}

),

attributes as (

    select * from {{ ref('int_unit_attribute') }}

),

observed as (

    select
        variants.series_code,
        variants.assessment_year,
        variants.variant_code,
        variants.scope_code,
        units.unit_code,
        measures.measure_code,
        measures.denominator_measure_code,
        measures.denominator_attribute_code,
        measures.denominator_scale,
        coalesce(measured_values.is_absent, false) as is_absent,
        case measures.transform
            when 'log' then case when measured_values.value > 0 then round(ln(measured_values.value), 12) end
            when 'positive' then cast(measured_values.value > 0 as double)
            when 'observed' then case when measured_values.value is not null then 1.0 end
            else measured_values.value
        end as value
    from variants
    inner join measures
        on variants.variant_code = measures.variant_code
    inner join units
        on variants.series_code = units.series_code
        and variants.assessment_year = units.assessment_year
    left join measured_values
        on variants.series_code = measured_values.series_code
        and variants.assessment_year = measured_values.assessment_year
        and units.unit_code = measured_values.unit_code
        and measures.measure_code = measured_values.measure_code

)

-- A quotient of two doubles is the same everywhere and is not rounded: small ones would lose their digits.
select
    observed.series_code,
    observed.assessment_year,
    observed.variant_code,
    observed.scope_code,
    observed.unit_code,
    observed.measure_code,
    observed.is_absent,
    case
        when observed.denominator_measure_code is null and observed.denominator_attribute_code is null
            then observed.value
        else observed.value / nullif(coalesce(denominators.value, cast(attributes.value as double)), 0)
            * observed.denominator_scale
    end as value
from observed
left join measured_values as denominators
    on observed.series_code = denominators.series_code
    and observed.assessment_year = denominators.assessment_year
    and observed.unit_code = denominators.unit_code
    and observed.denominator_measure_code = denominators.measure_code
left join attributes
    on observed.series_code = attributes.series_code
    and observed.assessment_year = attributes.assessment_year
    and observed.unit_code = attributes.unit_code
    and observed.denominator_attribute_code = attributes.attribute_code
