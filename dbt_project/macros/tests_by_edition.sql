{#
    A test passed on the rows of an edition that is taken over, or the build before would not have been recorded
    (orchestration/warehouse/built_editions.py): where each row that it finds belongs to one edition, by a column of that
    name, it is asked for those that were built. Keys of tables by edition say so themselves, others by
    `meta={"by_edition": true}`, and `"looks_back": true` where a row is compared with the edition before. A warning
    counts what it finds, so it is always asked for all.
#}
{% macro duckdb__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {%- set editions = editions_tested() -%}
    {%- if editions is not none -%}
        {%- set main_sql = "select * from (" ~ main_sql ~ "\n) as whole where " ~ is_of("assessment_year", editions) -%}
    {%- endif -%}
    {{ default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) }}
{%- endmacro %}

{# The years of the editions whose rows are tested, none for all. #}
{% macro editions_tested() %}
    {%- set meta = model.config.meta or {} -%}
    {%- if model.config.severity | lower != "error" -%}
        {{ return(none) }}
    {%- elif meta.get("by_edition") -%}
        {{ return(editions_to_build(meta.get("looks_back", false))) }}
    {%- elif model.test_metadata and model.test_metadata.name == "unique_key"
        and "assessment_year" in model.test_metadata.kwargs["columns"] -%}
        {%- set tested = graph.nodes[model.attached_node] -%}
        {%- if tested.config.materialized == "by_edition" -%}
            {{ return(editions_to_build(tested.config.get("looks_back", false))) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}
