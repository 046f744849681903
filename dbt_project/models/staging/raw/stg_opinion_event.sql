with source as (

    select * from {{ source('raw', 'opinion_event') }}

)

select
    series_code,
    cluster_code,
    unit_code,
    unit_code_received,
    assessment_year,
    event_date,
    reported_at,
    polarity,
    severity,
    reach,
    responsibility,
    topic,
    headline,
    responsible_body,
    responder,
    response_at,
    response_kind,
    evidence_url,
    evidence_hash,
    captured_at,
    collector,
    provenance,
    batch_id,
    row_number
from source
