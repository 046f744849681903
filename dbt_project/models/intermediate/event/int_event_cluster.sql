with recursive clusters as (

    select
        series_code,
        assessment_year,
        unit_code,
        cluster_code,
        min(event_date) as first_event_date
    from {{ ref('stg_opinion_event') }}
    group by series_code, assessment_year, unit_code, cluster_code

),

intervals as (

    select * from {{ ref('int_edition_interval') }}

),

frames as (

    select * from {{ ref('stg_assessment_frame') }}

),

-- What a unit was in the edition before: itself, what took its code over to it, and each part that went into it.
steps as (

    select
        intervals.series_code,
        intervals.assessment_year,
        frames.unit_code,
        intervals.previous_assessment_year,
        frames.unit_code as previous_unit_code
    from intervals
    inner join frames
        on intervals.series_code = frames.series_code
        and intervals.assessment_year = frames.assessment_year

    union

    select
        intervals.series_code,
        intervals.assessment_year,
        changes.to_code as unit_code,
        intervals.previous_assessment_year,
        changes.from_code as previous_unit_code
    from intervals
    inner join {{ ref('stg_division_change') }} as changes
        on intervals.previous_frame_year < changes.change_year
        and intervals.frame_year >= changes.change_year
        and changes.link_kind = 'succeeds'

),

origins as (

    select distinct
        series_code,
        assessment_year,
        unit_code,
        assessment_year as origin_assessment_year,
        unit_code as origin_unit_code
    from clusters

    union

    select
        origins.series_code,
        origins.assessment_year,
        origins.unit_code,
        steps.previous_assessment_year as origin_assessment_year,
        steps.previous_unit_code as origin_unit_code
    from origins
    inner join steps
        on origins.series_code = steps.series_code
        and origins.origin_assessment_year = steps.assessment_year
        and origins.origin_unit_code = steps.unit_code

)

-- A cluster that was reported in files of several years, under whichever codes of its unit, of a part that went into it
-- or of the whole that it was split from, is one event of the year in which it happened.
select
    clusters.series_code,
    clusters.assessment_year,
    clusters.unit_code,
    clusters.cluster_code,
    events.assessment_year as event_assessment_year,
    events.unit_code as event_unit_code
from clusters
inner join origins
    on clusters.series_code = origins.series_code
    and clusters.assessment_year = origins.assessment_year
    and clusters.unit_code = origins.unit_code
inner join clusters as events
    on clusters.series_code = events.series_code
    and clusters.cluster_code = events.cluster_code
    and origins.origin_assessment_year = events.assessment_year
    and origins.origin_unit_code = events.unit_code
qualify row_number() over (
    partition by clusters.series_code, clusters.assessment_year, clusters.unit_code, clusters.cluster_code
    order by events.assessment_year, events.first_event_date, events.unit_code
) = 1
