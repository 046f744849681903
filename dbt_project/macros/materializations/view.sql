{# A view is replaced in one statement, its comments with it: see the table. #}
{% materialization view, adapter="duckdb" %}
    {%- set target = this.incorporate(type="view") -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_view -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {%- call statement("main") -%}
        {%- if config.get("contract").enforced -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
        {%- endif %}
        create or replace view {{ target }} as ({{ compiled_code }}
        );
        {{ comments_on(target) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}
