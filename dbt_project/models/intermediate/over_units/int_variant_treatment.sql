with recursive screened as (

    select * from {{ ref('int_variant_screened') }}
    where value is not null

),

measures as (

    select * from {{ ref('int_variant_measure') }}
    where is_treated

),

-- Distinct values by their place from the top and from the bottom: pulling in the largest value pulls in its ties too.
placed as (

    select
        screened.variant_code,
        screened.scope_code,
        screened.measure_code,
        screened.value,
        dense_rank() over (
            partition by screened.variant_code, screened.scope_code, screened.measure_code order by screened.value desc
        ) as place_from_top,
        dense_rank() over (
            partition by screened.variant_code, screened.scope_code, screened.measure_code order by screened.value
        ) as place_from_bottom
    from screened
    inner join measures
        on screened.variant_code = measures.variant_code
        and screened.measure_code = measures.measure_code

),

-- Each state that the pulling in can reach: so many distinct values at the top, so many at the bottom.
states as (

    select
        tops.variant_code,
        tops.scope_code,
        tops.measure_code,
        tops.place_from_top - 1 as high_steps,
        bottoms.place_from_bottom - 1 as low_steps,
        tops.value as highest,
        bottoms.value as lowest
    from (select distinct variant_code, scope_code, measure_code, place_from_top, value from placed) as tops
    inner join (select distinct variant_code, scope_code, measure_code, place_from_bottom, value from placed) as bottoms
        on tops.variant_code = bottoms.variant_code
        and tops.scope_code = bottoms.scope_code
        and tops.measure_code = bottoms.measure_code
    inner join measures
        on tops.variant_code = measures.variant_code
        and tops.measure_code = measures.measure_code
    where tops.place_from_top + bottoms.place_from_bottom - 2 <= measures.winsorised_points
        and bottoms.value < tops.value

),

state_values as (

    select
        states.*,
        placed.value > states.highest or placed.value < states.lowest as is_pulled_in,
        {{ unit_scaled(
            'least(greatest(placed.value, states.lowest), states.highest)', 'states.lowest', 'states.highest'
        ) }} as scaled_value
    from states
    inner join placed
        on states.variant_code = placed.variant_code
        and states.scope_code = placed.scope_code
        and states.measure_code = placed.measure_code

),

state_means as (

    select
        *,
        cast(sum(scaled_value) over state as double) / count(*) over state as mean
    from state_values
    window state as (partition by variant_code, scope_code, measure_code, high_steps, low_steps)

),

state_moments as (

    select
        variant_code,
        scope_code,
        measure_code,
        high_steps,
        low_steps,
        lowest,
        highest,
        count(*) as value_count,
        sum(case when is_pulled_in then 1 else 0 end) as pulled_in_count,
        {{ central_moment('scaled_value', 'mean', 2) }} as second_moment,
        {{ central_moment('scaled_value', 'mean', 3) }} as third_moment,
        {{ central_moment('scaled_value', 'mean', 4) }} as fourth_moment
    from state_means
    group by variant_code, scope_code, measure_code, high_steps, low_steps, lowest, highest

),

shapes as (

    select
        *,
        {{ sample_skew('value_count', 'second_moment', 'third_moment') }} as skew,
        {{ sample_kurtosis('value_count', 'second_moment', 'fourth_moment') }} as kurtosis
    from state_moments

),

judged as (

    select
        shapes.variant_code,
        shapes.scope_code,
        shapes.measure_code,
        shapes.high_steps,
        shapes.low_steps,
        shapes.lowest,
        shapes.highest,
        shapes.pulled_in_count,
        shapes.skew,
        shapes.kurtosis,
        not coalesce(
            abs(shapes.skew) > measures.skew_threshold and shapes.kurtosis > measures.kurtosis_threshold, false
        ) as is_passed,
        measures.is_winsorisation_forced,
        measures.winsorised_points
    from shapes
    inner join measures
        on shapes.variant_code = measures.variant_code
        and shapes.measure_code = measures.measure_code

),

-- From the untouched values a step at a time, high where the skew is positive, until the test passes or the limit is met.
walks as (

    select
        *,
        0 as step_count
    from judged
    where high_steps = 0
        and low_steps = 0

    union all

    select
        judged.*,
        walks.step_count + 1 as step_count
    from walks
    inner join judged
        on walks.variant_code = judged.variant_code
        and walks.scope_code = judged.scope_code
        and walks.measure_code = judged.measure_code
        and judged.high_steps = walks.high_steps + case when walks.skew >= 0 then 1 else 0 end
        and judged.low_steps = walks.low_steps + case when walks.skew >= 0 then 0 else 1 end
    where (not walks.is_passed or walks.is_winsorisation_forced)
        and walks.pulled_in_count < walks.winsorised_points

),

ends as (

    select
        *,
        first_value(skew) over walk as skew_before,
        first_value(kurtosis) over walk as kurtosis_before,
        first_value(is_passed) over walk as is_passed_before,
        row_number() over (
            partition by variant_code, scope_code, measure_code order by step_count desc
        ) as place_from_end
    from walks
    window walk as (
        partition by variant_code, scope_code, measure_code order by step_count
        rows between unbounded preceding and unbounded following
    )

)

select
    ends.variant_code,
    ends.scope_code,
    ends.measure_code,
    ends.skew_before,
    ends.kurtosis_before,
    ends.is_passed_before,
    ends.pulled_in_count,
    ends.lowest,
    ends.highest,
    ends.skew as skew_winsorised,
    ends.kurtosis as kurtosis_winsorised,
    ends.is_passed as is_passed_winsorised,
    case when ends.is_passed then 'none' else measures.transformation end as transformation,
    -- A transformation starts from the values as they were, unless the two are to be combined.
    ends.is_passed or measures.transformation = 'none' or measures.is_transformation_combined as is_winsorised,
    measures.box_cox_lambda
from ends
inner join measures
    on ends.variant_code = measures.variant_code
    and ends.measure_code = measures.measure_code
where ends.place_from_end = 1
