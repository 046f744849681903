{{ config(materialized="view") }}

with cells as (

    select * from {{ ref('int_assessment_cell') }}
    where rule_family = 'linear'

),

rules as (

    select
        methodology_code,
        measure_code,
        transform,
        floor,
        target,
        {{ scaled_integer('target - floor', 9) }} as scaled_range
    from {{ ref('int_methodology_rule') }}

),

transformed as (

    select
        cells.series_code,
        cells.assessment_year,
        cells.methodology_code,
        cells.unit_code,
        cells.measure_code,
        cells.status,
        cells.value,
        rules.transform,
        rules.floor,
        rules.target,
        rules.scaled_range,
        case rules.transform
            when 'positive' then case when cells.value > 0 then 1 else 0 end
            when 'observed' then 1
            else cells.value
        end as transformed_value
    from cells
    inner join rules
        on cells.methodology_code = rules.methodology_code
        and cells.measure_code = rules.measure_code

),

-- Only values between floor and target are divided: the others are clipped, so nothing overflows at the far ends.
scaled as (

    select
        *,
        {{ scaled_integer(
            'case when transformed_value > least(floor, target) and transformed_value < greatest(floor, target)'
            ~ ' then transformed_value - floor end', 9
        ) }} as scaled_distance
    from transformed

),

normalised as (

    select
        *,
        case
            when status = 'not_published' then 0
            when status not in ('observed', 'verified') then null
            when target > floor and transformed_value <= floor then 0
            when target > floor and transformed_value >= target then 1
            when target < floor and transformed_value >= floor then 0
            when target < floor and transformed_value <= target then 1
            when transform = 'log' then cast(
                (ln(cast(value as double)) - ln(cast(floor as double)))
                / (ln(cast(target as double)) - ln(cast(floor as double)))
                as decimal(14, 12)
            )
            else {{ normalised_from_scaled(integer_quotient_half_up('scaled_distance * 1000000000000', 'scaled_range')) }}
        end as normalised_value
    from scaled

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    measure_code,
    cast(normalised_value as decimal(14, 12)) as normalised_value,
    cast(0 as decimal(24, 13)) as deduction,
    false as is_vetoed
from normalised
