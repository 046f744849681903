with verifications as (

    select * from {{ ref('stg_verification') }}

)

select
    series_code,
    subject,
    unit_code,
    assessment_year,
    measure_code,
    cluster_code,
    verdict,
    value,
    state,
    reason,
    verifier,
    verified_at,
    evidence_url,
    evidence_hash,
    provenance,
    batch_id,
    row_number
from verifications
qualify row_number() over (
    partition by series_code, subject, unit_code, assessment_year, measure_code, cluster_code
    order by
        verified_at desc,
        case verdict when 'correct' then 1 when 'reject' then 2 else 3 end,
        value desc nulls last,
        batch_id,
        verifications.row_number
) = 1
