-- depends_on: {{ ref('measure_derivation') }}
-- depends_on: {{ ref('measure_derivation_condition') }}
-- depends_on: {{ ref('evidence_column') }}
-- depends_on: {{ ref('measure') }}
{% set text = dbt.type_string() %}
with derivations as (
{% for row in evidence_derivations() %}

    select
        {{ evidence_literal(row.derivation_code) }} as derivation_code,
        {{ evidence_literal(row.among) }} as among_condition,
        {{ evidence_literal(row.counted) }} as counted_condition,
        {{ evidence_literal(row.shown) if row.shown else 'null' }} as value_expression

    union all
{% endfor %}

    select
        cast(null as {{ text }}) as derivation_code,
        cast(null as {{ text }}) as among_condition,
        cast(null as {{ text }}) as counted_condition,
        cast(null as {{ text }}) as value_expression
    where false

)

select
    rules.derivation_code,
    rules.version as derivation_version,
    rules.measure_code,
    rules.kind_code as evidence_kind,
    rules.family,
    rules.parameter,
    rules.time_window,
    rules.min_record_count,
    derivations.among_condition,
    derivations.counted_condition,
    derivations.value_expression,
    rules.note_zh,
    rules.note_en,
    rules.origin
from derivations
inner join {{ ref('measure_derivation') }} as rules
    on derivations.derivation_code = rules.derivation_code
order by rules.derivation_code
