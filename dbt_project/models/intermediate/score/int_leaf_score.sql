{{ config(materialized="by_edition") }}

with measure_scores as (

    select * from {{ ref('int_measure_score') }}

),

nodes as (

    select
        *,
        {{ scaled_integer('full_mark', 4) }} as scaled_full_mark
    from {{ ref('int_methodology_node') }}
    where is_leaf

),

-- Weights as whole numbers and normalised values in 10^-12, so that the one division below is exact.
measured_leaves as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        sum(case when status <> 'not_applicable' then measure_mark else 0 end) as applicable_mark,
        sum(case when normalised_value is not null then measure_mark else 0 end) as assessed_mark,
        sum(case when normalised_value is not null then weight_share else 0 end) as scaled_weight,
        sum(coalesce(weight_share * {{ scaled_integer('normalised_value', 12) }}, 0)) as scaled_weighted_value,
        sum(deduction) as deduction,
        bool_or(is_vetoed) as is_vetoed
    from measure_scores
    group by series_code, assessment_year, methodology_code, unit_code, node_code

),

-- Most leaves are at 0 or at the full mark and need no division.
graded_leaves as (

    select
        leaves.*,
        nodes.full_mark,
        nodes.min_mark,
        nodes.rounding_mode,
        nodes.rounding_digits,
        case
            when leaves.is_vetoed then 0
            when leaves.scaled_weight = 0 then null
            when leaves.deduction = 0 and leaves.scaled_weighted_value = 0 then 0
            when leaves.deduction = 0 and leaves.scaled_weighted_value = leaves.scaled_weight * 1000000000000
                then nodes.full_mark
        end as undivided_score,
        case
            when leaves.deduction > 0 or leaves.scaled_weighted_value not in (0, leaves.scaled_weight * 1000000000000)
                then nodes.scaled_full_mark * leaves.scaled_weighted_value
                - {{ scaled_integer('leaves.deduction', 13) }} * leaves.scaled_weight * 1000
        end as scaled_numerator
    from measured_leaves as leaves
    inner join nodes
        on leaves.methodology_code = nodes.methodology_code
        and leaves.node_code = nodes.node_code

),

scored_leaves as (

    select
        *,
        case
            when is_vetoed or scaled_numerator is null then undivided_score
            else {{ score_from_scaled(integer_quotient_half_up('scaled_numerator', 'scaled_weight * 1000000')) }}
        end as unclipped_score
    from graded_leaves

),

leaves as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        applicable_mark,
        assessed_mark,
        {{ clipped_score('unclipped_score', 'min_mark', 'full_mark') }} as unrounded_score,
        rounding_mode,
        rounding_digits,
        is_vetoed,
        false as is_event_only
    from scored_leaves

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        0 as applicable_mark,
        0 as assessed_mark,
        unrounded_score,
        rounding_mode,
        rounding_digits,
        false as is_vetoed,
        true as is_event_only
    from {{ ref('int_event_leaf') }}

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    cast(applicable_mark as decimal(18, 13)) as applicable_mark,
    cast(assessed_mark as decimal(18, 13)) as assessed_mark,
    unrounded_score,
    {{ apply_rounding_policy('unrounded_score', 'rounding_mode', 'rounding_digits') }} as score,
    is_vetoed,
    is_event_only
from leaves
