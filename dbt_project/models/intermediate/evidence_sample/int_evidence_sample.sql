{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
    pre_hook="{{ evidence_samples_without_stale() }}"
) }}
{# Which records are drawn follows from their batch, which is a hash of their file, and nobody can tell it before. #}
-- depends_on: {{ ref('evidence_column') }}
{% set drawn_from = evidence_rows(
    "select evidence_kind, partition_year, state_hash from " ~ source('raw', 'evidence_state')
    ~ " where partition_kind = 'record_year'"
    ~ (" and state_hash not in (select state_hash from " ~ this ~ ")" if is_incremental() else "")
    ~ " order by evidence_kind, partition_year"
) %}
{% set columns = evidence_rows(
    "select kind_code, column_name from " ~ ref('evidence_column') ~ " order by kind_code, position"
) %}
with samples as (
{% for part in drawn_from %}

    select
        evidence_kind,
        record_year,
        '{{ part.state_hash }}' as state_hash,
        unit_code,
        batch_id,
        row_number,
        {{ evidence_record_text(
            columns | selectattr('kind_code', 'equalto', part.evidence_kind) | map(attribute='column_name') | list
        ) }} as record
    from (
        select *
        from {{ evidence_files(part.evidence_kind) }}
        where record_year = {{ part.partition_year }}
        order by {{ evidence_draw() }}, row_number
        limit {{ var('evidence_sample_size') }}
    ) as drawn

    union all
{% endfor %}

    select
        cast(null as varchar) as evidence_kind,
        cast(null as integer) as record_year,
        cast(null as varchar) as state_hash,
        cast(null as varchar) as unit_code,
        cast(null as varchar) as batch_id,
        cast(null as integer) as row_number,
        cast(null as varchar) as record
    where false

)

select * from samples
