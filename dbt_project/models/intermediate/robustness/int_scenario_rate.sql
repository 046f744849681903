with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

nodes as (

    select * from {{ ref('int_scenario_node') }}

),

units as (

    select * from {{ ref('int_scenario_unit') }}

),

factors as (

    select * from {{ ref('stg_scenario_factor') }}
    where factor_kind = 'normalisation'

),

variants as (

    select * from {{ ref('stg_variant') }}

),

-- The variants whose values stand in for the scores: those that a factor names, and where a scenario starts.
wanted_variants as (

    select
        scenario_code,
        unnest(string_split(options, ';')) as variant_code
    from factors

    union

    select
        scenario_code,
        nominal_variant_code as variant_code
    from subjects
    where nominal_variant_code is not null

),

-- An interval ends at its upper bound; what has none is told out of a hundred.
variant_rates as (

    select
        subjects.subject_number,
        wanted_variants.variant_code as normalisation_code,
        leaves.unit_code,
        leaves.node_code,
        leaves.value / case
            when variants.normalisation in ('stated', 'min_max', 'goal_posts') then variants.upper else 100
        end as rate
    from subjects
    inner join wanted_variants
        on subjects.scenario_code = wanted_variants.scenario_code
    inner join variants
        on wanted_variants.variant_code = variants.variant_code
    inner join {{ ref('int_variant_leaf') }} as leaves
        on variants.variant_code = leaves.variant_code
        and subjects.assessment_year = leaves.assessment_year

),

stated_rates as (

    select
        subjects.subject_number,
        'stated' as normalisation_code,
        leaf_scores.unit_code,
        leaf_scores.node_code,
        cast(leaf_scores.score as double) / nodes.full_mark as rate
    from subjects
    inner join {{ ref('int_leaf_score') }} as leaf_scores
        on subjects.series_code = leaf_scores.series_code
        and subjects.assessment_year = leaf_scores.assessment_year
        and subjects.methodology_code = leaf_scores.methodology_code
    inner join nodes
        on subjects.subject_number = nodes.subject_number
        and leaf_scores.node_code = nodes.node_code

),

rates as (

    select * from stated_rates

    union all

    select * from variant_rates

)

select
    rates.subject_number,
    rates.normalisation_code,
    units.unit_place,
    nodes.node_place,
    greatest(rates.rate, 0) as rate
from rates
inner join nodes
    on rates.subject_number = nodes.subject_number
    and rates.node_code = nodes.node_code
inner join units
    on rates.subject_number = units.subject_number
    and rates.unit_code = units.unit_code
where rates.rate is not null
