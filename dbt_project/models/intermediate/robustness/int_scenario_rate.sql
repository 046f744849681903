with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

targets as (

    select distinct
        target_code,
        series_code,
        assessment_year,
        methodology_code
    from subjects

),

nodes as (

    select * from {{ ref('int_scenario_node') }}
    where is_leaf

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

target_variants as (

    select distinct
        subjects.target_code,
        subjects.assessment_year,
        subjects.methodology_code,
        wanted_variants.variant_code
    from subjects
    inner join wanted_variants
        on subjects.scenario_code = wanted_variants.scenario_code

),

-- An interval ends at its upper bound; what has none is told out of a hundred.
variant_rates as (

    select
        target_variants.target_code,
        target_variants.variant_code as normalisation_code,
        leaves.unit_code,
        nodes.node_place,
        leaves.value / case
            when variants.normalisation in ('stated', 'min_max', 'goal_posts') then variants.upper else 100
        end as rate
    from target_variants
    inner join variants
        on target_variants.variant_code = variants.variant_code
    inner join {{ ref('int_variant_leaf') }} as leaves
        on target_variants.variant_code = leaves.variant_code
        and target_variants.assessment_year = leaves.assessment_year
    inner join nodes
        on target_variants.methodology_code = nodes.methodology_code
        and leaves.node_code = nodes.node_code

),

stated_rates as (

    select
        targets.target_code,
        'stated' as normalisation_code,
        leaf_scores.unit_code,
        nodes.node_place,
        cast(leaf_scores.score as double) / nodes.full_mark as rate
    from targets
    inner join {{ ref('int_leaf_score') }} as leaf_scores
        on targets.series_code = leaf_scores.series_code
        and targets.assessment_year = leaf_scores.assessment_year
        and targets.methodology_code = leaf_scores.methodology_code
    inner join nodes
        on leaf_scores.methodology_code = nodes.methodology_code
        and leaf_scores.node_code = nodes.node_code

),

rates as (

    select * from stated_rates

    union all

    select * from variant_rates

)

-- A list a unit: a sixtieth of the rows, and what reads them makes a matrix of it.
select
    target_code,
    normalisation_code,
    unit_code,
    list(struct_pack(node_place := node_place, rate := greatest(rate, 0)) order by node_place) as rates
from rates
where rate is not null
group by target_code, normalisation_code, unit_code
