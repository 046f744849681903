{{ config(
    materialized='incremental',
    incremental_strategy=evidence_strategy('append'),
    partition_by=evidence_partitioned_by(['evidence_kind', 'assessment_year']),
    full_refresh=false,
    on_schema_change='fail',
    pre_hook="{{ evidence_without_stale('assessment_year', 'assessment_year') }}"
) }}
-- depends_on: {{ evidence_seed('measure_derivation_condition') }}
-- depends_on: {{ evidence_seed('evidence_column') }}
{% set changed = evidence_changed('assessment_year') %}
{% set derivations = evidence_derivations() %}
with units as (

    select * from {{ evidence_raw('evidence_unit') }}

),

derivations as (

    select
        derivations.derivation_code,
        measures.series_code
    from {{ evidence_seed('measure_derivation') }} as derivations
    inner join {{ evidence_seed('measure') }} as measures
        on derivations.measure_code = measures.measure_code

),

duplicates as (

    select * from {{ ref('int_evidence_duplicate') }}

),

{# What adds up over the codes of a unit is counted by the code as received, before it is known whose it is. So are values
   that are told apart, code by code; what needs all records of a unit at once (a median) waits for the unit. #}
{% set groups = [] %}
{% for kind in derivations | map(attribute='kind_code') | unique %}
{% set years = changed | selectattr('evidence_kind', 'equalto', kind) | map(attribute='partition_year') | list %}
{% for window in ('year', 'until') if years %}
{% set of_window = derivations
    | selectattr('kind_code', 'equalto', kind)
    | selectattr('time_window', 'equalto', window)
    | list %}
{% set sums = of_window | selectattr('counted_by', 'equalto', 'code') | list %}
{% set wholes = of_window | selectattr('counted_by', 'equalto', 'unit') | list %}
{% if sums %}{% do groups.append({'kind': kind, 'window': window, 'years': years, 'own': sums, 'by': 'code'}) %}{% endif %}
{% if wholes %}{% do groups.append({'kind': kind, 'window': window, 'years': years, 'own': wholes, 'by': 'unit'}) %}{% endif %}
{% for row in of_window | selectattr('counted_by', 'equalto', 'value') %}
{% do groups.append({'kind': kind, 'window': window, 'years': years, 'own': [row], 'by': 'value'}) %}
{% endfor %}
{% endfor %}
{% endfor %}
{% for group in groups %}
{% set name = 'group_' ~ loop.index %}
{% set is_by_unit = group.by == 'unit' %}
{% set value = group.own[0].value if group.by == 'value' else none %}
{{ name }}_aggregate as (

    select
        {{ 'units.series_code,' if is_by_unit }}
        records.assessment_year,
        {{ 'units.unit_code' if is_by_unit else 'records.unit_code' }} as counted_code,
        {{ value ~ ' as told_apart,' if value }}
        max(case records.provenance when 'synthetic' then 3 when 'published' then 2 else 1 end) as provenance_rank,
        {% for row in group.own %}
        count(*) filter (where {{ row.among }}) as {{ row.alias }}_among,
        count(*) filter (where ({{ row.among }}) and ({{ row.counted }})) as {{ row.alias }}_counted,
        {{ evidence_aggregate(row) }} as {{ row.alias }}_value{{ ',' if not loop.last }}
        {% endfor %}
    from ({{ evidence_records(group.kind, group.window, group.years) }}) as records
    {% if is_by_unit %}
    inner join units
        on records.unit_code = units.received_code
        and records.assessment_year = units.assessment_year
    {% endif %}
    group by
        {{ 'units.series_code,' if is_by_unit }}
        records.assessment_year,
        {{ 'units.unit_code' if is_by_unit else 'records.unit_code' }}
        {{ ', ' ~ value if value }}

),

{{ name }}_unit as (

    {% if is_by_unit %}
    select
        *,
        counted_code as unit_code
    from {{ name }}_aggregate
    {% else %}
    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        {{ 'aggregates.told_apart,' if value }}
        max(aggregates.provenance_rank) as provenance_rank,
        {% for row in group.own %}
        cast(sum(aggregates.{{ row.alias }}_among) as bigint) as {{ row.alias }}_among,
        cast(sum(aggregates.{{ row.alias }}_counted) as bigint) as {{ row.alias }}_counted,
        max(aggregates.{{ row.alias }}_value) as {{ row.alias }}_value{{ ',' if not loop.last }}
        {% endfor %}
    from {{ name }}_aggregate as aggregates
    inner join units
        on aggregates.counted_code = units.received_code
        and aggregates.assessment_year = units.assessment_year
    group by units.series_code, units.assessment_year, units.unit_code{{ ', aggregates.told_apart' if value }}
    {% endif %}

),

{% endfor %}
{# One reading of each group for all its derivations: an engine that does not keep a CTE would count once for each. #}
counts as (
{% for group in groups %}
{% set name = 'group_' ~ loop.index %}

    {% if group.by == 'value' %}
    {% set row = group.own[0] %}
    select
        series_code,
        assessment_year,
        unit_code,
        '{{ row.kind_code }}' as evidence_kind,
        '{{ row.derivation_code }}' as derivation_code,
        max(provenance_rank) as provenance_rank,
        cast(sum({{ row.alias }}_among) as bigint) as among_count,
        cast(sum({{ row.alias }}_counted) as bigint) as counted_count,
        cast(
            count(told_apart) filter (
                where {{ row.alias }}_among > 0 and {{ row.alias }}_counted {{ '> 0' if row.family == 'distinct_count' else '= 0' }}
            ) as decimal(20, 6)
        ) as aggregate_value
    from {{ name }}_unit
    where series_code = '{{ row.series_code }}'
    group by series_code, assessment_year, unit_code
    {% else %}
    select
        counted.series_code,
        counted.assessment_year,
        counted.unit_code,
        '{{ group.kind }}' as evidence_kind,
        derivations.derivation_code,
        counted.provenance_rank,
        {% for part in ('among', 'counted', 'value') %}
        case derivations.derivation_code
            {% for row in group.own %}
            when '{{ row.derivation_code }}' then counted.{{ row.alias }}_{{ part }}
            {% endfor %}
        end as {{ {'among': 'among_count', 'counted': 'counted_count', 'value': 'aggregate_value'}[part] }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ name }}_unit as counted
    inner join derivations
        on counted.series_code = derivations.series_code
        and derivations.derivation_code in ('{{ group.own | map(attribute='derivation_code') | join("', '") }}')
    {% endif %}

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
