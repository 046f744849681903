select
    evidence_kind,
    record_year,
    batch_id,
    file_name,
    file_sha256,
    records_sha256,
    record_count
from {{ source('raw', 'evidence_file') }}
order by evidence_kind, record_year, batch_id
