{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
    pre_hook="{{ evidence_without_stale('record_year', 'record_year') }}"
) }}
{# Equal keys are found by their hash first: to number all records by their keys would take the memory of all keys. #}
-- depends_on: {{ ref('evidence_kind') }}
{% set changed = evidence_changed('record_year') %}
{% set kinds = evidence_rows("select kind_code, key_columns from " ~ ref('evidence_kind') ~ " order by position") %}
with deliveries as (

    select
        batch_id,
        max(delivery_seq) as delivery_seq
    from {{ source('raw', 'batch') }}
    where is_effective
    group by batch_id

),

duplicates as (
{% for kind in kinds %}
{% set years = changed | selectattr('evidence_kind', 'equalto', kind.kind_code) | map(attribute='partition_year') | list %}
{% if years %}
{% set keys = kind.key_columns.split() %}
    select
        evidence_kind,
        record_year,
        batch_id,
        row_number,
        counted_batch_id,
        counted_row_number
    from (
        select
            records.evidence_kind,
            records.record_year,
            records.batch_id,
            records.row_number,
            first_value(records.batch_id) over same_key as counted_batch_id,
            first_value(records.row_number) over same_key as counted_row_number
        from {{ evidence_files(kind.kind_code) }} as records
        inner join (
            select
                record_year,
                {{ evidence_key_hash(keys) }} as key_hash
            from {{ evidence_files(kind.kind_code) }}
            where record_year in ({{ years | join(', ') }})
            group by record_year, {{ evidence_key_hash(keys) }}
            having count(*) > 1
        ) as repeated
            on records.record_year = repeated.record_year
            and {{ evidence_key_hash(keys) }} = repeated.key_hash
        inner join deliveries
            on records.batch_id = deliveries.batch_id
        where records.record_year in ({{ years | join(', ') }})
        window same_key as (
            partition by records.record_year{% for key in keys %}, records.{{ key }}{% endfor %}
            order by deliveries.delivery_seq desc, records.batch_id, records.row_number desc
        )
    ) as numbered
    where batch_id <> counted_batch_id or row_number <> counted_row_number

    union all

{% endif %}
{% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as evidence_kind,
        cast(null as integer) as record_year,
        cast(null as {{ dbt.type_string() }}) as batch_id,
        cast(null as integer) as row_number,
        cast(null as {{ dbt.type_string() }}) as counted_batch_id,
        cast(null as integer) as counted_row_number
    where false

)

select * from duplicates
