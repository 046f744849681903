{{ config(materialized="by_edition", looks_back=true) }}

with reasons as (

    select * from {{ ref('int_verification_reason') }}

),

rules as (

    select * from {{ ref('stg_screening_rule') }}

),

items as (

    select
        reasons.series_code,
        reasons.assessment_year,
        reasons.subject,
        reasons.unit_code,
        reasons.subject_code,
        count(*) as reason_count,
        min(rules.position) as urgency,
        max(reasons.score_weight) as score_weight,
        string_agg(reasons.reason, ', ' order by rules.position, reasons.reason) as reasons,
        string_agg(rules.name_zh, ';' order by rules.position, reasons.reason) as reasons_zh,
        string_agg(reasons.detail, '; ' order by rules.position, reasons.reason) as detail,
        string_agg(reasons.detail_zh, ';' order by rules.position, reasons.reason) as detail_zh
    from reasons
    left join rules
        on case reasons.reason when 'outlier' then 'robust_fence' else reasons.reason end = rules.screening_rule
    group by
        reasons.series_code,
        reasons.assessment_year,
        reasons.subject,
        reasons.unit_code,
        reasons.subject_code

)

select
    series_code,
    assessment_year,
    subject,
    unit_code,
    subject_code,
    reasons,
    reasons_zh,
    detail,
    detail_zh,
    cast(reason_count as integer) as reason_count,
    cast(score_weight as decimal(18, 10)) as score_weight,
    cast(row_number() over (
        partition by series_code, assessment_year
        order by
            urgency nulls last,
            reason_count desc,
            score_weight desc,
            unit_code,
            subject,
            subject_code
    ) as integer) as priority
from items
