with source as (

    select * from {{ source('raw', 'decision') }}

)

select
    series_code,
    decision_code,
    decision_kind,
    objection_code,
    outcome,
    unit_code,
    unit_code_received,
    assessment_year,
    subject,
    measure_code,
    cluster_code,
    expected_value,
    expected_state,
    value,
    state,
    repaired_at,
    reason,
    officer_code,
    role_code,
    decided_at,
    evidence_url,
    evidence_hash,
    provenance,
    batch_id,
    row_number
from source
