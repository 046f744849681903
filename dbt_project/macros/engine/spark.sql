{#
  What the evidence models need of the engine, in Spark's words: see duckdb.sql beside it.

  Inputs are Parquet that `zhengxin spark` has written for this build, and the partitioned records themselves. Both are
  views of the session: nothing of them has to be kept in a catalogue, and a new file is seen by the next build.
#}

{% macro spark__evidence_seed(name) %}{{ return('input_' ~ name) }}{% endmacro %}
{% macro spark__evidence_raw(name) %}{{ return('input_' ~ name) }}{% endmacro %}

{#
  The views. Records get their columns and types from the seed, so that no file is opened to find them, and a column that
  older files lack is empty there.
#}
{% macro spark__engine_starts() %}
    {%- if execute -%}
    {%- for name in [
        'batch', 'evidence_state', 'evidence_unit', 'evidence_rule', 'evidence_code', 'evidence_kind', 'evidence_column',
        'measure', 'measure_derivation', 'measure_derivation_condition',
    ] -%}
        {%- do run_query(
            "create or replace temporary view input_" ~ name ~ " using parquet options (path '"
            ~ spark_quoted(spark_folder() ~ '/inputs/' ~ name ~ '.parquet') ~ "')"
        ) -%}
    {%- endfor -%}
    {%- set types = {'integer': 'int', 'decimal': 'decimal(20, 9)', 'timestamp': 'timestamp_ntz'} -%}
    {%- set columns = evidence_rows(
        "select kind_code, column_name, value_kind from input_evidence_column"
        ~ " where kind_code in (select evidence_kind from input_evidence_state) order by kind_code, position"
    ) -%}
    {%- for kind in columns | map(attribute='kind_code') | unique -%}
        {%- set typed = [] -%}
        {%- for column in columns | selectattr('kind_code', 'equalto', kind) -%}
            {%- do typed.append(column.column_name ~ ' ' ~ types.get(column.value_kind, 'string')) -%}
        {%- endfor -%}
        {%- do run_query(
            "create or replace temporary view records_" ~ kind ~ " (" ~ typed | join(', ')
            ~ ", batch_id string, row_number int, record_year int) using parquet options (path '"
            ~ spark_quoted(evidence_store() ~ '/evidence_kind=' ~ kind) ~ "')"
        ) -%}
    {%- endfor -%}
    {%- endif -%}
{% endmacro %}
{% macro spark__engine_ends() %}{% endmacro %}

{# The folder of what Spark is told and of what it makes. #}
{% macro spark_folder() %}{{ env_var('ZHENGXIN_SPARK_FOLDER', '') }}{% endmacro %}
{% macro spark_quoted(text) %}{{ text | replace('\\', '\\\\') | replace("'", "\\'") }}{% endmacro %}

{#
  A partition is written anew as a whole. So are the duplicates of a kind: those of a year that has not changed may have to
  do with records of one that has.
#}
{% macro spark__evidence_takes_whole_kinds(partition_kind) %}{{ return(partition_kind == 'record_year') }}{% endmacro %}
{% macro spark__evidence_strategy(strategy) %}{{ return('insert_overwrite') }}{% endmacro %}
{% macro spark__evidence_partitioned_by(columns) %}{{ return(columns) }}{% endmacro %}

{# Parquet has no delete: partitions are dropped, with their files. #}
{% macro spark__evidence_without(relation, year_column, changed, kept) %}
    {%- set known = evidence_rows(kept) | map(attribute='kind_and_year') | list -%}
    {%- set dropped = [] -%}
    {%- for row in evidence_rows('show partitions ' ~ relation) -%}
        {%- set parts = row.partition.split('/') -%}
        {%- set kind, year = parts[0].split('=')[1], parts[1].split('=')[1] -%}
        {%- if kind ~ ' ' ~ year in changed or kind ~ ' ' ~ year not in known -%}
            {%- do dropped.append("partition (evidence_kind = '" ~ kind ~ "', " ~ year_column ~ ' = ' ~ year ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ 'alter table ' ~ relation ~ ' drop if exists ' ~ dropped | join(', ') if dropped else 'select 1' }}
{% endmacro %}

{% macro spark__evidence_files(kind) -%}
    (select '{{ kind }}' as evidence_kind, * from records_{{ kind }})
{%- endmacro %}

{% macro spark__evidence_days(from_time, to_time) -%}
    datediff(cast({{ to_time }} as date), cast({{ from_time }} as date))
{%- endmacro %}

{% macro spark__evidence_key_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__evidence_anti_join() %}left anti join{% endmacro %}

{% macro spark__evidence_fingerprint(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 12), 16, 10) as bigint)
{%- endmacro %}

{% macro spark__evidence_whole_quotient(numerator, denominator) -%}
    ({{ numerator }} div {{ denominator }})
{%- endmacro %}
