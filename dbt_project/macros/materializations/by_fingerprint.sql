{#
    A table that a Python model makes, whose rows stand under the fingerprint of all that they were made from. The model
    that it names as `inputs` says which fingerprints hold now: rows under one of them are taken over, the others go, and
    the Python code makes only those under a fingerprint that the table does not have yet. Where all editions are built,
    the old table is dropped first, and so everything is made.
#}
{% materialization by_fingerprint, adapter="duckdb", supported_languages=["python"] %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set made = this.incorporate(path={"identifier": this.identifier ~ "__made"}, type="table") -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set takes_over = existing is not none and existing.is_table and editions_to_build() is not none -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not takes_over -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {{ drop_relation_if_exists(made) }}
    {%- call statement("main", language="python", auto_begin=False) -%}
        {{- create_table_as(False, made if takes_over else target, compiled_code, "python") }}
    {%- endcall -%}
    {%- call statement("take_over") -%}
        {%- if takes_over %}
        delete from {{ target }}
        where input_fingerprint not in (select input_fingerprint from {{ ref(config.require("inputs")) }});
        insert into {{ target }} by name select * from {{ made }};
        drop table {{ made }};
        {%- endif %}
        {{ comments_on(target) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}
