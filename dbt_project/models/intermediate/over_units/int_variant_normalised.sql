with treated as (

    select * from {{ ref('int_variant_treated') }}

),

measures as (

    select * from {{ ref('int_variant_measure') }}

),

variants as (

    select distinct
        variant_code,
        reference_unit_code,
        is_capped
    from {{ ref('int_variant_edition') }}

),

-- A measure of which less is better is turned round before all else, with its target and goal posts.
directed as (

    select
        treated.*,
        measures.direction * treated.value as directed_value,
        measures.normalisation,
        measures.scale,
        measures.direction,
        measures.direction * measures.target as target,
        variants.is_capped,
        case
            when measures.normalisation = 'goal_posts' and measures.direction < 0 then -measures.upper else measures.lower
        end as lower,
        case
            when measures.normalisation = 'goal_posts' and measures.direction < 0 then -measures.lower else measures.upper
        end as upper,
        treated.unit_code = variants.reference_unit_code as is_reference
    from treated
    inner join measures
        on treated.variant_code = measures.variant_code
        and treated.measure_code = measures.measure_code
    inner join variants
        on treated.variant_code = variants.variant_code

),

extremes as (

    select
        *,
        min(directed_value) over measure as lowest,
        max(directed_value) over measure as highest,
        max(case when is_reference then directed_value end) over measure as reference_value,
        count(directed_value) over measure as value_count
    from directed
    window measure as (partition by variant_code, scope_code, measure_code)

),

scaled as (

    select
        *,
        case
            when normalisation = 'z_score' and directed_value is not null
                then {{ unit_scaled('directed_value', 'lowest', 'highest') }}
        end as scaled_value
    from extremes

),

centred as (

    select
        *,
        cast(sum(scaled_value) over measure as double) / nullif(value_count, 0) as scaled_mean
    from scaled
    window measure as (partition by variant_code, scope_code, measure_code)

),

spread as (

    select
        *,
        sqrt(
            cast(
                sum(cast(power(cast(scaled_value as double) - scaled_mean, 2) as decimal(20, 18))) over measure as double
            ) / nullif(value_count - 1, 0)
        ) as scaled_deviation
    from centred
    window measure as (partition by variant_code, scope_code, measure_code)

),

ranked as (

    select
        variant_code,
        assessment_year,
        unit_code,
        measure_code,
        rank() over (partition by variant_code, scope_code, measure_code order by directed_value) as value_rank
    from extremes
    where normalisation in ('rank', 'borda', 'percentile_rank')
        and directed_value is not null

),

uncut as (

    select
        spread.*,
        case spread.normalisation
            when 'min_max' then (spread.directed_value - spread.lowest) / nullif(spread.highest - spread.lowest, 0)
                * (spread.upper - spread.lower) + spread.lower
            when 'z_score' then (cast(spread.scaled_value as double) - spread.scaled_mean)
                / nullif(spread.scaled_deviation, 0) * spread.upper + spread.lower
            when 'rank' then cast(ranked.value_rank as double)
            when 'borda' then cast(ranked.value_rank - 1 as double)
            when 'percentile_rank' then cast(ranked.value_rank - 1 as double) / nullif(spread.value_count - 1, 0)
            when 'fraction_of_maximum' then spread.directed_value / nullif(spread.highest, 0)
            when 'distance_to_maximum'
                then 1 - (spread.highest - spread.directed_value) / nullif(spread.highest - spread.lowest, 0)
            when 'distance_to_reference'
                then 1 - (spread.reference_value - spread.directed_value)
                    / nullif(spread.reference_value - spread.lowest, 0)
            when 'distance_to_target'
                then 1 - (spread.target - spread.directed_value) / nullif(spread.target - spread.lowest, 0)
            when 'scaled' then (spread.directed_value - spread.lower) / nullif(spread.upper - spread.lower, 0) * spread.scale
            when 'goal_posts' then (spread.directed_value - spread.lower) / nullif(spread.upper - spread.lower, 0)
        end as uncut_value
    from spread
    left join ranked
        on spread.variant_code = ranked.variant_code
        and spread.assessment_year = ranked.assessment_year
        and spread.unit_code = ranked.unit_code
        and spread.measure_code = ranked.measure_code

),

cut as (

    select
        *,
        case
            when uncut_value is null then null
            when normalisation = 'goal_posts' and is_capped then least(greatest(uncut_value, 0), 1) * scale
            when normalisation = 'goal_posts' then uncut_value * scale
            when normalisation like 'distance_to_%' and is_capped then least(uncut_value, 1)
            else uncut_value
        end as normalised_value
    from uncut

)

-- Nothing here depends on the order of rows, so nothing is rounded: values that differ stay apart until they are added.
-- What is not published is the least that the normalisation gives: absence is the finding.
select
    series_code,
    assessment_year,
    variant_code,
    scope_code,
    unit_code,
    measure_code,
    is_absent,
    is_imputed,
    case
        when is_absent then coalesce(min(normalised_value) over measure, lower)
        else normalised_value
    end as value,
    -- What counts as full: the upper end of an interval, the first place, or 1 where the normalisation says so itself.
    case normalisation
        when 'min_max' then upper
        when 'z_score' then 100
        when 'rank' then value_count
        when 'borda' then nullif(value_count - 1, 0)
        when 'scaled' then scale
        when 'goal_posts' then scale
        else 1
    end as full_value
from cut
window measure as (partition by variant_code, scope_code, measure_code)
