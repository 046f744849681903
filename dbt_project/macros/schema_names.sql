{# Layers are schemas of that very name (raw, seed, staging, intermediate, marts), without dbt's prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
