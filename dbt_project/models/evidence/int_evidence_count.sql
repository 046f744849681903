{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
    pre_hook="{{ evidence_without_stale('assessment_year', 'assessment_year') }}"
) }}
-- depends_on: {{ ref('measure_derivation') }}
-- depends_on: {{ ref('measure_derivation_condition') }}
-- depends_on: {{ ref('evidence_column') }}
-- depends_on: {{ ref('measure') }}
{% set changed = evidence_changed('assessment_year') %}
{% set derivations = evidence_derivations() %}
with units as (

    select * from {{ source('raw', 'evidence_unit') }}

),

duplicates as (

    select * from {{ ref('int_evidence_duplicate') }}

),

{# What adds up over the codes of a unit is counted by the code as received, before it is known whose it is; the rest, by
   unit. Either way the records of a kind and window are read once. #}
{% set counted = [] %}
{% for kind in derivations | map(attribute='kind_code') | unique %}
{% set years = changed | selectattr('evidence_kind', 'equalto', kind) | map(attribute='partition_year') | list %}
{% for window in ('year', 'until') %}
{% for adds_up in (true, false) %}
{% set own = derivations
    | selectattr('kind_code', 'equalto', kind)
    | selectattr('time_window', 'equalto', window)
    | selectattr('adds_up', 'equalto', adds_up)
    | list %}
{% if years and own %}
{% set name = [kind, window, 'sum' if adds_up else 'whole'] | join('_') %}
{% do counted.extend(own | map(attribute='derivation_code')) %}
{{ name }}_record as (

    select
        records.*,
        {% if adds_up %}
        records.unit_code as counted_code,
        {% else %}
        units.series_code as counted_series,
        units.unit_code as counted_code,
        {% endif %}
        {{ 'records.record_year' if window == 'year' else 'years.assessment_year' }} as assessment_year,
        make_date({{ 'records.record_year' if window == 'year' else 'years.assessment_year' }}, 12, 31) as window_end
    from {{ evidence_files(kind) }} as records
    {% if window == 'until' %}
    inner join (
        {% for year in years %}
        select {{ year }} as assessment_year{{ ' union all' if not loop.last }}
        {% endfor %}
    ) as years
        on records.record_year <= years.assessment_year
    {% endif %}
    {% if not adds_up %}
    inner join units
        on records.unit_code = units.received_code
        and {{ 'records.record_year' if window == 'year' else 'years.assessment_year' }} = units.assessment_year
    {% endif %}
    left join duplicates
        on records.row_number = duplicates.row_number
        and records.batch_id = duplicates.batch_id
        and duplicates.evidence_kind = '{{ kind }}'
    where duplicates.batch_id is null
        and records.record_year {{ 'in (' ~ years | join(', ') ~ ')' if window == 'year' else '<= ' ~ years | max }}

),

{{ name }}_aggregate as (

    select
        {{ 'counted_series as series_code,' if not adds_up }}
        assessment_year,
        counted_code,
        max(case provenance when 'synthetic' then 3 when 'published' then 2 else 1 end) as provenance_rank,
        {% for row in own %}
        count(*) filter (where {{ row.among }}) as {{ row.alias }}_among,
        count(*) filter (where ({{ row.among }}) and ({{ row.counted }})) as {{ row.alias }}_counted,
        {{ evidence_aggregate(row) }} as {{ row.alias }}_value{{ ',' if not loop.last }}
        {% endfor %}
    from {{ name }}_record
    group by {{ 'counted_series, ' if not adds_up }}assessment_year, counted_code

),

{{ name }}_unit as (

    {% if adds_up %}
    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        max(aggregates.provenance_rank) as provenance_rank,
        {% for row in own %}
        cast(sum(aggregates.{{ row.alias }}_among) as bigint) as {{ row.alias }}_among,
        cast(sum(aggregates.{{ row.alias }}_counted) as bigint) as {{ row.alias }}_counted,
        max(aggregates.{{ row.alias }}_value) as {{ row.alias }}_value{{ ',' if not loop.last }}
        {% endfor %}
    from {{ name }}_aggregate as aggregates
    inner join units
        on aggregates.counted_code = units.received_code
        and aggregates.assessment_year = units.assessment_year
    group by units.series_code, units.assessment_year, units.unit_code
    {% else %}
    select
        *,
        counted_code as unit_code
    from {{ name }}_aggregate
    {% endif %}

),

{% endif %}
{% endfor %}
{% endfor %}
{% endfor %}
counts as (
{% for row in derivations if row.derivation_code in counted %}

    select
        series_code,
        assessment_year,
        unit_code,
        '{{ row.kind_code }}' as evidence_kind,
        '{{ row.derivation_code }}' as derivation_code,
        provenance_rank,
        {{ row.alias }}_among as among_count,
        {{ row.alias }}_counted as counted_count,
        {{ row.alias }}_value as aggregate_value
    from {{ [row.kind_code, row.time_window, 'sum' if row.adds_up else 'whole'] | join('_') }}_unit
    where series_code = '{{ row.series_code }}'

    union all
{% endfor %}

    select
        cast(null as {{ dbt.type_string() }}) as series_code,
        cast(null as integer) as assessment_year,
        cast(null as {{ dbt.type_string() }}) as unit_code,
        cast(null as {{ dbt.type_string() }}) as evidence_kind,
        cast(null as {{ dbt.type_string() }}) as derivation_code,
        cast(null as integer) as provenance_rank,
        cast(null as bigint) as among_count,
        cast(null as bigint) as counted_count,
        cast(null as decimal(20, 6)) as aggregate_value
    where false

)

select * from counts
