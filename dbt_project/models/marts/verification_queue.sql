{{ config(materialized="by_edition", looks_back=true) }}

with reasons as (

    select * from {{ ref('int_verification_reason') }}

),

items as (

    select * from {{ ref('int_verification_item') }}

)

select
    reasons.series_code,
    reasons.assessment_year,
    reasons.subject,
    reasons.unit_code,
    reasons.subject_code,
    reasons.reason,
    reasons.detail,
    reasons.detail_zh,
    reasons.value,
    reasons.measure_mark,
    cast(reasons.score_weight as decimal(18, 10)) as score_weight,
    items.priority
from reasons
inner join items
    on reasons.series_code = items.series_code
    and reasons.assessment_year = items.assessment_year
    and reasons.subject = items.subject
    and reasons.unit_code = items.unit_code
    and reasons.subject_code = items.subject_code
order by
    reasons.series_code,
    reasons.assessment_year,
    reasons.unit_code,
    reasons.subject,
    reasons.subject_code,
    reasons.reason
