{{ config(materialized="by_edition", looks_back=true) }}

with unverified_cells as (

    select * from {{ ref('int_unverified_cell') }}

),

sample_rule as (

    select threshold
    from {{ ref('stg_screening_rule') }}
    where screening_rule = 'random_sample'

),

reasons as (

    select * from {{ ref('int_screen_reason') }}

    union all

    select
        conflicts.series_code,
        conflicts.assessment_year,
        conflicts.unit_code,
        conflicts.measure_code,
        'conflict' as reason,
        cast(null as varchar) as detail_zh,
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
        cast(null as varchar) as detail_zh,
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
        cast(null as varchar) as detail_zh,
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
        cast(null as varchar) as detail_zh,
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
    reasons.detail_zh,
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
    events.headline as detail_zh,
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
