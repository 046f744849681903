with partitions as (

    select * from {{ source('raw', 'evidence_state') }}
    where partition_kind = 'record_year'

),

duplicates as (

    select
        evidence_kind,
        record_year,
        count(*) as duplicate_count,
        count(*) filter (where record_year <> counted_record_year) as other_year_count
    from {{ ref('int_evidence_duplicate') }}
    group by evidence_kind, record_year

)

select
    partitions.evidence_kind,
    partitions.partition_year as record_year,
    partitions.file_count,
    partitions.record_count,
    coalesce(duplicates.duplicate_count, 0) as duplicate_count,
    coalesce(duplicates.other_year_count, 0) as other_year_count
from partitions
left join duplicates
    on partitions.evidence_kind = duplicates.evidence_kind
    and partitions.partition_year = duplicates.record_year
order by partitions.evidence_kind, partitions.partition_year
