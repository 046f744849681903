{#
    A table is replaced whole in one transaction, its comments with it. dbt-duckdb's own materialization builds under
    another name, renames twice, drops, and asks the catalog between: nine statements for each of two hundred tables.
    Readers of the build warehouse see the old table until the commit either way, and a failure rolls back.
#}
{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and (existing.is_view or model["language"] == "python") -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {%- if model["language"] == "python" -%}
        {#- Python code reads and writes through a cursor of its own: the old table must be gone before. -#}
        {%- call statement("main", language="python", auto_begin=False) -%}
            {{- create_table_as(False, target, compiled_code, "python") }}
        {%- endcall -%}
        {%- call statement("comments") -%}
            {{ comments_on(target) }}
        {%- endcall -%}
    {%- else -%}
        {%- call statement("main") -%}
            {{ replace_table_as(target, compiled_code) }}
        {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{% macro replace_table_as(relation, compiled_code) -%}
    {%- if config.get("contract").enforced -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
        insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
    {%- else -%}
        create or replace table {{ relation }} as ({{ compiled_code }}
        );
    {%- endif %}
    {{ comments_on(relation) }}
{%- endmacro %}

{% macro comments_on(relation) -%}
    {%- if config.persist_relation_docs() and model.description %}
    {{ alter_relation_comment(relation, model.description) }}
    {%- endif %}
    {%- if config.persist_column_docs() %}
    {%- for column in model.columns.values() if column.description %}
    comment on column {{ relation }}.{{ adapter.quote(column.name) }} is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
    {%- endif %}
{%- endmacro %}
