-- Fails for each methodology whose relative rules have not exactly one variant that says how units are compared, and for
-- each published variant that fills gaps, leaves units out, or is not worked out for every edition.
with rules as (

    select distinct methodology_code
    from {{ ref('int_methodology_rule') }}
    where rule_family = 'relative'

),

variants as (

    select * from {{ ref('stg_variant') }}
    where is_published

),

problems as (

    select
        rules.methodology_code,
        'relative rules need exactly one published variant' as problem
    from rules
    left join variants
        on rules.methodology_code = variants.methodology_code
    group by rules.methodology_code
    having count(variants.variant_code) <> 1

    union all

    select
        methodology_code,
        'a published variant covers all editions, is not stated, fills no gaps and leaves no unit out' as problem
    from variants
    where editions <> 'all'
        or normalisation = 'stated'
        or imputation <> 'none'
        or min_available_share is not null
        or min_nonzero_share is not null

)

select * from problems
