{#
    A table whose rows of an edition follow from inputs of that edition alone, or, where it says `looks_back`, of that
    edition and the one before. The editions that a build names are replaced whole, in one transaction; the rows of all
    others are taken over. Which they are is told before dbt starts (orchestration/warehouse/edition_inputs.py); where
    nothing is told, or the table is not there yet, it is made in full.

    dbt's own ways do not fit: microbatch goes by spans of time, one statement each, and knows nothing of what changed;
    incremental builds a second table and asks the catalog six times for each.
#}
{% materialization by_edition, adapter="duckdb" %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set editions = editions_to_build(config.get("looks_back", false)) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and existing.is_view -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {%- call statement("main") -%}
        {%- if editions is none or existing is none or existing.is_view -%}
            {{ replace_table_as(target, compiled_code) }}
        {%- elif editions -%}
            {{ replace_editions(target, compiled_code, editions) }}
        {%- else -%}
            select 'taken over'
        {%- endif -%}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{# The condition stands around the model's SQL: DuckDB carries it down to the tables that are read. #}
{% macro replace_editions(relation, compiled_code, editions) -%}
    {%- set is_built = is_of("assessment_year", editions) -%}
    {%- set rows = "select * from (" ~ compiled_code ~ "\n) as whole where " ~ is_built -%}
    delete from {{ relation }} where {{ is_built }};
    {%- if config.get("contract").enforced -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
    insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery(rows) }});
    {%- else %}
    insert into {{ relation }} by name {{ rows }};
    {%- endif %}
{%- endmacro %}

{# The years of the editions to build as a list, none for all. They change from run to run: a look while dbt parses would
   have it parse everything anew. #}
{% macro editions_to_build(looks_back=false) %}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set told = env_var("ZHENGXIN_EDITIONS_AND_NEXT" if looks_back else "ZHENGXIN_EDITIONS", "all") -%}
    {{ return(none if told == "all" else told.split()) }}
{% endmacro %}

{# A condition for a part of a model that DuckDB would compute for all editions: a window over them all stands between. #}
{% macro is_built(year_column, looks_back=false) -%}
    {%- set editions = editions_to_build(looks_back) -%}
    {{- "true" if editions is none else is_of(year_column, editions) -}}
{%- endmacro %}

{# DuckDB carries an equation or a span over to the tables that are joined on the year, a list of years it does not. #}
{% macro is_of(year_column, editions) -%}
    {%- set years = editions | map("int") | sort -%}
    {%- if not years -%}
        false
    {%- elif years | length == 1 -%}
        {{ year_column }} = {{ years[0] }}
    {%- else -%}
        {{ year_column }} between {{ years[0] }} and {{ years[-1] }} and {{ year_column }} in ({{ years | join(", ") }})
    {%- endif -%}
{%- endmacro %}
