with samples as (

    select * from {{ ref('int_evidence_sample') }}

),

duplicates as (

    select * from {{ ref('int_evidence_duplicate') }}

)

select
    samples.evidence_kind,
    samples.record_year,
    samples.batch_id,
    samples.row_number,
    samples.unit_code,
    duplicates.batch_id is null as is_counted,
    sha256(samples.record) as record_sha256,
    samples.record
from samples
left join duplicates
    on samples.evidence_kind = duplicates.evidence_kind
    and samples.batch_id = duplicates.batch_id
    and samples.row_number = duplicates.row_number
order by samples.evidence_kind, samples.record_year, samples.batch_id, samples.row_number
