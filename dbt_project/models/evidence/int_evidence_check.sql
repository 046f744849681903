{{ config(
    materialized='incremental',
    incremental_strategy=evidence_strategy('append'),
    partition_by=evidence_partitioned_by(['evidence_kind', 'record_year']),
    full_refresh=false,
    on_schema_change='fail',
    pre_hook="{{ evidence_without_stale('checked_year', 'record_year') }}"
) }}
{# The door's own predicates (raw.evidence_rule), asked of what lies in the store: whoever wrote it there. #}
-- depends_on: {{ evidence_seed('evidence_column') }}
{% set changed = evidence_changed('checked_year') %}
{% set rules = evidence_rows(
    "select evidence_kind, rule, column_name, broken from " ~ evidence_raw('evidence_rule') ~ " order by evidence_kind, position"
) %}
{% set columns = evidence_rows(
    "select kind_code, column_name from " ~ evidence_seed('evidence_column')
    ~ " where value_kind not in ('text', 'choice') order by kind_code, position"
) %}
{% set text = dbt.type_string() %}
{% set kinds = changed | map(attribute='evidence_kind') | unique | list %}
with codes as (

    select * from {{ evidence_raw('evidence_code') }}

),

rules as (

    select * from {{ evidence_raw('evidence_rule') }}

),

{% for kind in kinds %}
{{ kind }} as (

    select
        record_year,
        {% for row in rules | selectattr('evidence_kind', 'equalto', kind) %}
        count(*) filter (where {{ row.broken }}) as broken_{{ loop.index }},
        {% endfor %}
        count(*) as record_count
    from (
        select
            records.*,
            {% for row in columns | selectattr('kind_code', 'equalto', kind) %}
            records.{{ row.column_name }} as {{ row.column_name }}_read,
            cast(null as {{ text }}) as {{ row.column_name }}_form,
            {% endfor %}
            cast(null as {{ text }}) as spreadsheet_error,
            codes.unit_first_year,
            codes.unit_last_year
        from {{ evidence_files(kind) }} as records
        left join codes
            on records.unit_code = codes.code
        where records.record_year in (
            {{- changed | selectattr('evidence_kind', 'equalto', kind) | map(attribute='partition_year') | join(', ') -}}
        )
    ) as checked
    group by record_year

),

{% endfor %}
{# One reading of each kind for all its rules: an engine that does not keep a CTE would read once for each. #}
checks as (
{% for kind in kinds %}

    select
        rules.evidence_kind,
        checked.record_year,
        rules.rule,
        rules.column_name,
        checked.record_count,
        case rules.rule
            {% for row in rules | selectattr('evidence_kind', 'equalto', kind) %}
            when '{{ row.rule }}' then checked.broken_{{ loop.index }}
            {% endfor %}
        end as broken_count
    from {{ kind }} as checked
    inner join rules
        on rules.evidence_kind = '{{ kind }}'

    union all
{% endfor %}

    select
        cast(null as {{ text }}) as evidence_kind,
        cast(null as integer) as record_year,
        cast(null as {{ text }}) as rule,
        cast(null as {{ text }}) as column_name,
        cast(null as bigint) as record_count,
        cast(null as bigint) as broken_count
    where false

)

select * from checks
