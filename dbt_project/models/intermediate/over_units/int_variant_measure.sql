with variants as (

    select * from {{ ref('stg_variant') }}
    where series_code in (select series_code from {{ ref('int_edition') }})
        and normalisation <> 'stated'

),

rules as (

    select * from {{ ref('int_methodology_rule') }}
    where rule_family in ('linear', 'deduct', 'relative')
        and coalesce(weight, 1) > 0

),

own_options as (

    select * from {{ ref('stg_variant_measure') }}

),

denominators as (

    select * from {{ ref('stg_measure_denominator') }}

)

select
    variants.variant_code,
    rules.measure_code,
    rules.node_code,
    cast(coalesce(rules.weight, 1) as double) as weight,
    case when rules.rule_family = 'deduct' or rules.floor > rules.target then -1 else 1 end as direction,
    rules.transform,
    coalesce(own_options.normalisation, variants.normalisation) as normalisation,
    coalesce(own_options.lower, variants.lower) as lower,
    coalesce(own_options.upper, variants.upper) as upper,
    coalesce(own_options.scale, 1) as scale,
    own_options.target,
    coalesce(own_options.is_treated, true) and variants.winsorised_points is not null as is_treated,
    variants.winsorised_points,
    variants.skew_threshold,
    variants.kurtosis_threshold,
    variants.is_winsorisation_forced,
    variants.transformation,
    variants.box_cox_lambda,
    variants.is_transformation_combined,
    case when variants.is_denominated then denominators.denominator_measure_code end as denominator_measure_code,
    case when variants.is_denominated then denominators.denominator_attribute_code end as denominator_attribute_code,
    denominators.scale as denominator_scale
from variants
inner join rules
    on variants.methodology_code = rules.methodology_code
left join own_options
    on variants.variant_code = own_options.variant_code
    and rules.measure_code = own_options.measure_code
left join denominators
    on rules.measure_code = denominators.measure_code
-- A methodology's own normalisation is for the rules that ask for it.
where not variants.is_published or rules.rule_family = 'relative'
