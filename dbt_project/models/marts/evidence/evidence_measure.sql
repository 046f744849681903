with measures as (

    select * from {{ ref('int_evidence_measure') }}

),

units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

observations as (

    select * from {{ ref('int_observation_reconciled') }}

)

select
    measures.series_code,
    measures.assessment_year,
    measures.unit_code,
    measures.measure_code,
    measures.derivation_code,
    measures.derivation_version,
    measures.evidence_kind,
    measures.family,
    measures.among_count,
    measures.counted_count,
    measures.min_record_count,
    measures.value,
    measures.state,
    measures.provenance,
    coalesce(observations.source = 'derivation', false) as is_effective,
    observations.value as effective_value,
    observations.state as effective_state,
    observations.source as effective_source,
    measures.state = 'observed'
    and observations.source <> 'derivation'
    and {{ as_reported('measures.value') }} is distinct from {{ as_reported('observations.value') }} as is_contradicted
from measures
inner join units
    on measures.series_code = units.series_code
    and measures.assessment_year = units.assessment_year
    and measures.unit_code = units.unit_code
left join observations
    on measures.series_code = observations.series_code
    and measures.assessment_year = observations.assessment_year
    and measures.unit_code = observations.unit_code
    and measures.measure_code = observations.measure_code
order by
    measures.series_code,
    measures.assessment_year,
    measures.unit_code,
    measures.measure_code
