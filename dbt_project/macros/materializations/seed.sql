{#
    A seed is read by DuckDB with the types of its columns and replaces its table in one statement, its comments with it.
    dbt's own materialization reads each file into Python too, only to create a table whose columns are all typed here.
    dbt works in the project's folder, so the path from there leads to the seeds beside it; the folder that the manifest
    names is that in which it was parsed, perhaps with other rows (`manifest_digest` in orchestration/warehouse/dbt.py).
#}
{% materialization seed, adapter="duckdb" %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and existing.is_view -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {%- call statement("main") -%}
        create or replace table {{ target }} as (
            select *
            from read_csv(
                '{{ model.original_file_path | replace("'", "''") }}',
                header = true,
                delim = ',',
                quote = '"',
                escape = '"',
                types = {
                    {%- for column, type in config.get("column_types").items() %}
                    '{{ column }}': '{{ type }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                }
            )
        );
        {{ comments_on(target) }}
    {%- endcall -%}
    {#- dbt asks for the rows that it would have read, to show some of them where that is wanted. -#}
    {%- do store_result("agate_table", response="OK") -%}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}
