with counts as (

    select * from {{ ref('int_evidence_count') }}

),

derivations as (

    select * from {{ evidence_seed('measure_derivation') }}

),

valued as (

    select
        counts.series_code,
        counts.assessment_year,
        counts.unit_code,
        derivations.measure_code,
        counts.derivation_code,
        derivations.version as derivation_version,
        counts.evidence_kind,
        derivations.family,
        derivations.channel,
        counts.among_count,
        counts.counted_count,
        derivations.min_record_count,
        case
            when counts.among_count < derivations.min_record_count then null
            when derivations.family in ('share', 'share_over_limit') then
                case when counts.among_count > 0 then {{ evidence_percent('counts.counted_count', 'counts.among_count') }} end
            when derivations.family = 'count' then cast(counts.counted_count as decimal(20, 6))
            else counts.aggregate_value
        end as value,
        counts.provenance_rank
    from counts
    inner join derivations
        on counts.derivation_code = derivations.derivation_code

)

select
    series_code,
    assessment_year,
    unit_code,
    measure_code,
    derivation_code,
    derivation_version,
    evidence_kind,
    family,
    channel,
    among_count,
    counted_count,
    min_record_count,
    cast(value as decimal(20, 9)) as value,
    case when value is null then 'not_collected' else 'observed' end as state,
    case provenance_rank when 3 then 'synthetic' when 2 then 'published' else 'collected' end as provenance
from valued
