{{ config(materialized="by_edition", looks_back=true) }}

with items as (

    select * from {{ ref('int_verification_item') }}

),

observations as (

    select
        observations.*,
        'observation' as subject
    from {{ ref('int_observation_reconciled') }} as observations

),

events as (

    select
        events.*,
        'opinion_event' as subject
    from {{ ref('int_event') }} as events

),

units as (

    select * from {{ ref('stg_assessment_frame') }}

),

measures as (

    select
        measures.*,
        'observation' as subject
    from {{ ref('stg_measure') }} as measures

)

select
    items.series_code,
    items.assessment_year,
    items.priority,
    items.subject,
    items.unit_code,
    units.name_zh as unit_name_zh,
    units.name_en as unit_name_en,
    units.region_code,
    items.subject_code,
    coalesce(measures.name_zh, events.headline) as subject_name_zh,
    coalesce(measures.name_en, events.headline) as subject_name_en,
    items.reasons,
    items.reasons_zh,
    items.reason_count,
    items.detail,
    items.detail_zh,
    items.score_weight,
    observations.value,
    observations.state,
    observations.channel,
    observations.collection_mode,
    observations.captured_at,
    coalesce(observations.collector, events.collector) as collector,
    coalesce(observations.evidence_url, events.evidence_url) as evidence_url
from items
inner join units
    on items.series_code = units.series_code
    and items.assessment_year = units.assessment_year
    and items.unit_code = units.unit_code
left join measures
    on items.subject = measures.subject
    and items.subject_code = measures.measure_code
left join observations
    on items.subject = observations.subject
    and items.series_code = observations.series_code
    and items.assessment_year = observations.assessment_year
    and items.unit_code = observations.unit_code
    and items.subject_code = observations.measure_code
left join events
    on items.subject = events.subject
    and items.series_code = events.series_code
    and items.assessment_year = events.assessment_year
    and items.unit_code = events.unit_code
    and items.subject_code = events.cluster_code
order by items.series_code, items.assessment_year, items.priority
