{{ config(materialized="view") }}

with cells as (

    select * from {{ ref('int_assessment_cell') }}
    where rule_family = 'relative'

),

variants as (

    select * from {{ ref('int_variant_edition') }}
    where is_published

),

rates as (

    select
        variants.series_code,
        variants.assessment_year,
        variants.methodology_code,
        normalised.unit_code,
        normalised.measure_code,
        normalised.value / normalised.full_value as rate
    from variants
    inner join {{ ref('int_variant_normalised') }} as normalised
        on variants.variant_code = normalised.variant_code
        and variants.assessment_year = normalised.assessment_year

)

select
    cells.series_code,
    cells.assessment_year,
    cells.methodology_code,
    cells.unit_code,
    cells.measure_code,
    cast(
        case
            when cells.status = 'not_published' then 0
            when cells.status in ('observed', 'verified') and rates.rate is not null
                then least(greatest(round(rates.rate, 12), 0), 1)
        end as decimal(14, 12)
    ) as normalised_value,
    cast(0 as decimal(24, 13)) as deduction,
    false as is_vetoed
from cells
left join rates
    on cells.series_code = rates.series_code
    and cells.assessment_year = rates.assessment_year
    and cells.methodology_code = rates.methodology_code
    and cells.unit_code = rates.unit_code
    and cells.measure_code = rates.measure_code
