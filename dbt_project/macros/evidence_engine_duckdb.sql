{# What the evidence models need of the engine, in DuckDB's words. Another engine has a file of its own beside this one. #}

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

{# Quotient of two whole numbers, rounded down. #}
{% macro duckdb__evidence_whole_quotient(numerator, denominator) -%}
    ({{ numerator }} // {{ denominator }})
{%- endmacro %}
