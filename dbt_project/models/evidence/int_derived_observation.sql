-- A derived value is one that a machine observed, as it stood at the end of the assessed year.
select
    measures.series_code,
    measures.unit_code,
    measures.assessment_year,
    measures.measure_code,
    measures.value,
    measures.state,
    measures.channel,
    'online' as collection_mode,
    cast(make_date(measures.assessment_year, 12, 31) as timestamp) as captured_at,
    concat('derivation ', measures.derivation_code, ' v', measures.derivation_version) as collector,
    measures.provenance,
    measures.evidence_kind
from {{ ref('int_evidence_measure') }} as measures
inner join {{ ref('int_unit') }} as units
    on measures.series_code = units.series_code
    and measures.assessment_year = units.assessment_year
    and measures.unit_code = units.unit_code
    and units.is_included
