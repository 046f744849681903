{{ config(
    materialized='incremental',
    incremental_strategy=evidence_strategy('delete+insert'),
    partition_by=evidence_partitioned_by(['evidence_kind', 'record_year']),
    unique_key=['evidence_kind', 'batch_id', 'row_number'],
    full_refresh=false,
    on_schema_change='append_new_columns',
    pre_hook="{{ evidence_without_stale('record_year', 'record_year') }}"
) }}
{#
  Equal keys are found by their hash first: to number all records by their keys would take the memory of all keys. Of
  years that have not changed only the keys are looked at that a changed one has too.
#}
-- depends_on: {{ evidence_seed('evidence_kind') }}
{% set changed = evidence_changed('record_year') %}
{% set kinds = evidence_rows("select kind_code, key_columns from " ~ evidence_seed('evidence_kind') ~ " order by position") %}
with deliveries as (

    select
        batch_id,
        max(delivery_seq) as delivery_seq
    from {{ evidence_raw('batch') }}
    where is_effective
    group by batch_id

),

{% set found = [] %}
{% for kind in kinds %}
{% set years = changed | selectattr('evidence_kind', 'equalto', kind.kind_code) | map(attribute='partition_year') | join(', ') %}
{% if years %}
{% do found.append(kind) %}
{% set keys = kind.key_columns.split() %}
{{ kind.kind_code }}_key as (

    select
        {{ evidence_key_hash(keys) }} as key_hash,
        count(*) as record_count
    from {{ evidence_files(kind.kind_code) }}
    where record_year in ({{ years }})
    group by {{ evidence_key_hash(keys) }}

),

{{ kind.kind_code }}_repeated as (

    select key_hash
    from {{ kind.kind_code }}_key
    where record_count > 1

    union

    select {{ evidence_key_hash(keys) }} as key_hash
    from {{ evidence_files(kind.kind_code) }}
    where record_year not in ({{ years }})
        and {{ evidence_key_hash(keys) }} in (select key_hash from {{ kind.kind_code }}_key)

),

{% endif %}
{% endfor %}
duplicates as (
{% for kind in found %}
{% set keys = kind.key_columns.split() %}

    select
        evidence_kind,
        record_year,
        batch_id,
        row_number,
        counted_record_year,
        counted_batch_id,
        counted_row_number
    from (
        select
            records.evidence_kind,
            records.record_year,
            records.batch_id,
            records.row_number,
            first_value(records.record_year) over same_key as counted_record_year,
            first_value(records.batch_id) over same_key as counted_batch_id,
            first_value(records.row_number) over same_key as counted_row_number
        from {{ evidence_files(kind.kind_code) }} as records
        inner join {{ kind.kind_code }}_repeated as repeated
            on {{ evidence_key_hash(keys) }} = repeated.key_hash
        inner join deliveries
            on records.batch_id = deliveries.batch_id
        window same_key as (
            partition by {% for key in keys %}records.{{ key }}{{ ', ' if not loop.last }}{% endfor %}

            order by deliveries.delivery_seq desc, records.batch_id, records.row_number desc, records.record_year
        )
    ) as numbered
    where batch_id <> counted_batch_id or row_number <> counted_row_number

    union all
{% endfor %}

    select
        cast(null as {{ dbt.type_string() }}) as evidence_kind,
        cast(null as integer) as record_year,
        cast(null as {{ dbt.type_string() }}) as batch_id,
        cast(null as integer) as row_number,
        cast(null as integer) as counted_record_year,
        cast(null as {{ dbt.type_string() }}) as counted_batch_id,
        cast(null as integer) as counted_row_number
    where false

)

select * from duplicates
