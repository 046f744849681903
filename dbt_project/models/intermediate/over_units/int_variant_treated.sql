with screened as (

    select * from {{ ref('int_variant_screened') }}

),

treatments as (

    select * from {{ ref('int_variant_treatment') }}

),

winsorised as (

    select
        screened.*,
        treatments.transformation,
        treatments.box_cox_lambda,
        case
            when screened.value is null or not treatments.is_winsorised then screened.value
            else coalesce(least(greatest(screened.value, treatments.lowest), treatments.highest), screened.value)
        end as winsorised_value
    from screened
    left join treatments
        on screened.variant_code = treatments.variant_code
        and screened.scope_code = treatments.scope_code
        and screened.measure_code = treatments.measure_code

),

-- Logarithms and powers start from the distance to the least value.
shifted as (

    select
        *,
        winsorised_value - min(winsorised_value) over measure as distance,
        max(winsorised_value) over measure as largest,
        max(winsorised_value) over measure - min(winsorised_value) over measure as width
    from winsorised
    window measure as (partition by variant_code, scope_code, measure_code)

)

select
    series_code,
    assessment_year,
    variant_code,
    scope_code,
    unit_code,
    measure_code,
    is_absent,
    is_imputed,
    value as value_before,
    case
        when winsorised_value > value then 'winsorised_low'
        when winsorised_value < value then 'winsorised_high'
        when transformation <> 'none' and value is not null then transformation
    end as treatment,
    case coalesce(transformation, 'none')
        when 'log_shift' then round(ln(distance + 0.01 * width), 12)
        when 'log_plus_one' then round(ln(distance + 1), 12)
        when 'log_gii' then round(ln((largest - 1) * distance / width + 1), 12)
        when 'box_cox' then round(
            case
                when box_cox_lambda = 0 then ln(distance + 1)
                else (power(distance + 1, box_cox_lambda) - 1) / box_cox_lambda
            end,
            12
        )
        else winsorised_value
    end as value
from shifted
