{#
  What the evidence models need of the engine, in DuckDB's words. spark.sql beside it says the same in Spark's: each macro
  here has one there, and nothing else of the evidence models differs.
#}

{# A seed, or a table of schema raw, as it stands in the warehouse. #}
{% macro duckdb__evidence_seed(name) %}{{ return(ref(name)) }}{% endmacro %}
{% macro duckdb__evidence_raw(name) %}{{ return(source('raw', name)) }}{% endmacro %}

{# Before the first model and after the last: nothing, and what the project no longer has goes. #}
{% macro duckdb__engine_starts() %}{% endmacro %}
{% macro duckdb__engine_ends() %}{{ drop_forgotten_relations() }}{% endmacro %}

{# How a table takes up what was counted anew, and the columns by which its files are parted: it has none. #}
{% macro duckdb__evidence_strategy(strategy) %}{{ return(strategy) }}{% endmacro %}
{% macro duckdb__evidence_partitioned_by(columns) %}{{ return(none) }}{% endmacro %}

{# Whether a kind is counted whole where any of its partitions has changed. #}
{% macro duckdb__evidence_takes_whole_kinds(partition_kind) %}{{ return(false) }}{% endmacro %}

{# Takes the rows of these partitions out of an incremental table, and those of all that `kept` does not list. #}
{% macro duckdb__evidence_without(relation, year_column, changed, kept) %}
    delete from {{ relation }}
    where concat(evidence_kind, ' ', {{ year_column }}) not in ({{ kept }})
    {%- if changed %}
        or concat(evidence_kind, ' ', {{ year_column }}) in ('{{ changed | join("', '") }}')
    {%- endif -%}
{% endmacro %}

{# The accepted records of a kind: partitioned Parquet, see orchestration/landing/evidence/layout.py. #}
{% macro duckdb__evidence_files(kind) -%}
    read_parquet(
        '{{ evidence_store() | replace("'", "''") }}/evidence_kind={{ kind }}/*/*.parquet',
        hive_partitioning = true,
        hive_types = {'evidence_kind': varchar, 'record_year': integer},
        union_by_name = true
    )
{%- endmacro %}

{# Calendar days from one day or time to another. #}
{% macro duckdb__evidence_days(from_time, to_time) -%}
    date_diff('day', cast({{ from_time }} as date), cast({{ to_time }} as date))
{%- endmacro %}

{# 64 bits that equal keys share; unequal ones may, so that the keys themselves are compared afterwards. #}
{% macro duckdb__evidence_key_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{# Of the rows on the left those that have none on the right. #}
{% macro duckdb__evidence_anti_join() %}anti join{% endmacro %}

{# 48 bits of a text that every engine agrees on. #}
{% macro duckdb__evidence_fingerprint(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 12) as bigint)
{%- endmacro %}

{# Quotient of two whole numbers, rounded down. #}
{% macro duckdb__evidence_whole_quotient(numerator, denominator) -%}
    ({{ numerator }} // {{ denominator }})
{%- endmacro %}
