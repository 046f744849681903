{{ config(materialized="by_edition", looks_back=true) }}

with editions as (

    select * from {{ ref('int_edition') }}

),

measure_scores as (

    select
        measure_scores.*,
        editions.primary_methodology_code,
        nodes.full_mark,
        coalesce(observations.is_verified, false) as is_verified,
        -- A leaf at zero though marks could be earned, and the cell has part in it. A veto is a reason of its own.
        nodes.full_mark > 0
        and leaves.score <= 0
        and not leaves.is_vetoed
        and (measure_scores.normalised_value < 1 or measure_scores.deduction > 0) as is_behind_zero
    from {{ ref('int_measure_score') }} as measure_scores
    inner join editions
        on measure_scores.series_code = editions.series_code
        and measure_scores.assessment_year = editions.assessment_year
    inner join {{ ref('int_methodology_node') }} as nodes
        on measure_scores.methodology_code = nodes.methodology_code
        and measure_scores.node_code = nodes.node_code
    inner join {{ ref('int_leaf_score') }} as leaves
        on measure_scores.series_code = leaves.series_code
        and measure_scores.assessment_year = leaves.assessment_year
        and measure_scores.methodology_code = leaves.methodology_code
        and measure_scores.unit_code = leaves.unit_code
        and measure_scores.node_code = leaves.node_code
    left join {{ ref('int_observation_reconciled') }} as observations
        on measure_scores.series_code = observations.series_code
        and measure_scores.assessment_year = observations.assessment_year
        and measure_scores.unit_code = observations.unit_code
        and measure_scores.measure_code = observations.measure_code

),

unverified_cells as (

    select
        series_code,
        assessment_year,
        unit_code,
        measure_code,
        max(value) as value,
        bool_or(is_vetoed) as is_vetoed,
        bool_or(
            is_behind_zero
            or (methodology_code = primary_methodology_code and normalised_value = 0)
        ) as is_zero,
        max(case when methodology_code = primary_methodology_code then measure_mark end) as measure_mark,
        -- A veto takes the whole indicator, whatever the weight of its measure, in whichever methodology it holds.
        max(
            case
                when is_vetoed then full_mark
                when is_behind_zero then greatest(measure_mark, deduction)
                when methodology_code = primary_methodology_code then measure_mark
            end
        ) as score_weight
    from measure_scores
    where status in ('observed', 'not_published')
        and not is_verified
    group by series_code, assessment_year, unit_code, measure_code

),

sample_rule as (

    select threshold
    from {{ ref('stg_screening_rule') }}
    where screening_rule = 'random_sample'

),

reasons as (

    select
        screens.series_code,
        screens.assessment_year,
        screens.unit_code,
        screens.measure_code,
        'outlier' as reason,
        'median ' || cast(screens.median_value as varchar)
        || ', standardised MAD ' || cast(screens.standardised_mad as varchar) as detail
    from {{ ref('int_observation_screen') }} as screens
    where screens.is_outside_fence

    union all

    select
        screens.series_code,
        screens.assessment_year,
        screens.unit_code,
        screens.measure_code,
        'year_on_year_jump' as reason,
        'previous value ' || cast(screens.previous_value as varchar)
        || ', standardised MAD ' || cast(screens.standardised_mad as varchar) as detail
    from {{ ref('int_observation_screen') }} as screens
    where screens.is_year_on_year_jump

    union all

    select
        conflicts.series_code,
        conflicts.assessment_year,
        conflicts.unit_code,
        conflicts.measure_code,
        'conflict' as reason,
        cast(null as varchar) as detail
    from {{ ref('observation_conflict') }} as conflicts
    where not conflicts.is_rejected
    group by conflicts.series_code, conflicts.assessment_year, conflicts.unit_code, conflicts.measure_code
    having {{ candidates_differ('conflicts') }}

    union all

    select
        cells.series_code,
        cells.assessment_year,
        cells.unit_code,
        cells.measure_code,
        'veto' as reason,
        cast(null as varchar) as detail
    from unverified_cells as cells
    where cells.is_vetoed

    union all

    select
        cells.series_code,
        cells.assessment_year,
        cells.unit_code,
        cells.measure_code,
        'zero' as reason,
        cast(null as varchar) as detail
    from unverified_cells as cells
    where cells.is_zero

    union all

    -- md5 is the same in every engine and version, so the sample of a year never moves.
    select
        cells.series_code,
        cells.assessment_year,
        cells.unit_code,
        cells.measure_code,
        'random_sample' as reason,
        cast(null as varchar) as detail
    from unverified_cells as cells
    cross join sample_rule
    where substr(
            md5(cells.series_code || cast(cells.assessment_year as varchar) || cells.unit_code || cells.measure_code), 1, 8
        ) <= printf('%08x', cast(sample_rule.threshold * 4294967295 as bigint))

)

select
    reasons.series_code,
    reasons.assessment_year,
    'observation' as subject,
    reasons.unit_code,
    reasons.measure_code as subject_code,
    reasons.reason,
    reasons.detail,
    cells.value,
    cast(cells.measure_mark as decimal(18, 10)) as measure_mark,
    coalesce(cells.score_weight, 0) as score_weight
from reasons
inner join unverified_cells as cells
    on reasons.series_code = cells.series_code
    and reasons.assessment_year = cells.assessment_year
    and reasons.unit_code = cells.unit_code
    and reasons.measure_code = cells.measure_code

union all

select
    events.series_code,
    events.assessment_year,
    'opinion_event' as subject,
    events.unit_code,
    events.cluster_code as subject_code,
    'negative_event' as reason,
    events.headline as detail,
    cast(null as decimal(20, 9)) as value,
    cast(null as decimal(18, 10)) as measure_mark,
    coalesce(abs(points.points) + abs(points.response_fault_points), 0) as score_weight
from {{ ref('int_event') }} as events
inner join {{ ref('int_edition_methodology') }} as event_editions
    on events.series_code = event_editions.series_code
    and events.assessment_year = event_editions.assessment_year
    and event_editions.is_primary
left join {{ ref('int_event_point') }} as points
    on events.series_code = points.series_code
    and events.assessment_year = points.assessment_year
    and events.unit_code = points.unit_code
    and events.cluster_code = points.cluster_code
    and event_editions.methodology_code = points.methodology_code
where events.polarity = 'negative'
    and events.verification_verdict is null
    and events.decision_code is null
