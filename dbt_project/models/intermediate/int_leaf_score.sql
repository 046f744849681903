with measure_scores as (

    select * from {{ ref('int_measure_score') }}

),

event_points as (

    select * from {{ ref('int_event_point') }}

),

units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

nodes as (

    select
        *,
        {{ scaled_integer('full_mark', 4) }} as scaled_full_mark
    from {{ ref('int_methodology_node') }}
    where is_leaf

),

measured_leaves as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        sum(case when status <> 'not_applicable' then measure_mark else 0 end) as applicable_mark,
        sum(case when normalised_value is not null then measure_mark else 0 end) as assessed_mark,
        sum(case when normalised_value is not null then weight else 0 end) as assessed_weight,
        sum(weight * coalesce(normalised_value, 0)) as weighted_value,
        sum(deduction) as deduction,
        bool_or(is_vetoed) as is_vetoed
    from measure_scores
    group by series_code, assessment_year, methodology_code, unit_code, node_code

),

-- Most leaves are at 0 or at the full mark and need no division.
graded_leaves as (

    select
        *,
        deduction = 0 and weighted_value = 0 as is_at_zero,
        deduction = 0 and weighted_value = assessed_weight as is_at_full_mark
    from measured_leaves

),

-- Weights in millionths and normalised values in 10^-12 as integers, so that the one division below is exact.
scaled_leaves as (

    select
        *,
        {{ scaled_integer('case when not is_at_zero and not is_at_full_mark then assessed_weight end', 6) }} as scaled_weight,
        {{ scaled_integer(
            'case when not is_at_zero and not is_at_full_mark then cast(weighted_value as decimal(38, 18)) end', 18
        ) }} as scaled_weighted_value,
        {{ scaled_integer('case when not is_at_zero and not is_at_full_mark then deduction end', 13) }} as scaled_deduction
    from graded_leaves

),

scored_leaves as (

    select
        leaves.*,
        nodes.full_mark,
        nodes.min_mark,
        nodes.rounding_mode,
        nodes.rounding_digits,
        case
            when leaves.is_vetoed then 0
            when leaves.assessed_weight = 0 then null
            when leaves.is_at_zero then 0
            when leaves.is_at_full_mark then nodes.full_mark
            else {{ score_from_scaled(integer_quotient_half_up(
                'nodes.scaled_full_mark * leaves.scaled_weighted_value'
                ~ ' - leaves.scaled_deduction * leaves.scaled_weight * 1000',
                'leaves.scaled_weight * 1000000'
            )) }}
        end as unclipped_score
    from scaled_leaves as leaves
    inner join nodes
        on leaves.methodology_code = nodes.methodology_code
        and leaves.node_code = nodes.node_code

),

event_leaves as (

    select
        units.series_code,
        units.assessment_year,
        nodes.methodology_code,
        units.unit_code,
        nodes.node_code,
        nodes.full_mark,
        nodes.min_mark,
        nodes.rounding_mode,
        nodes.rounding_digits,
        sum(
            case
                when nodes.event_source = 'response_fault' then coalesce(points.response_fault_points, 0)
                when nodes.node_code = points.node_code then points.points
                else 0
            end
        ) as unclipped_score
    from units
    inner join nodes
        on units.series_code = nodes.series_code
        and nodes.is_event_only
    left join event_points as points
        on units.series_code = points.series_code
        and units.assessment_year = points.assessment_year
        and units.unit_code = points.unit_code
        and nodes.methodology_code = points.methodology_code
    group by
        units.series_code,
        units.assessment_year,
        nodes.methodology_code,
        units.unit_code,
        nodes.node_code,
        nodes.full_mark,
        nodes.min_mark,
        nodes.rounding_mode,
        nodes.rounding_digits

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
        {{ clipped_score('unclipped_score', 'min_mark', 'full_mark') }} as unrounded_score,
        rounding_mode,
        rounding_digits,
        false as is_vetoed,
        true as is_event_only
    from event_leaves

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    cast(applicable_mark as decimal(18, 10)) as applicable_mark,
    cast(assessed_mark as decimal(18, 10)) as assessed_mark,
    unrounded_score,
    {{ apply_rounding_policy('unrounded_score', 'rounding_mode', 'rounding_digits') }} as score,
    is_vetoed,
    is_event_only
from leaves
