select
    entry_number,
    action,
    decision_code,
    series_code,
    assessment_year,
    unit_code,
    received_at,
    file_name,
    row_number,
    decision,
    previous_hash,
    entry_hash,
    delivery_seq,
    file_sha256,
    batch_id
from {{ ref('stg_decision_log') }}
order by entry_number
