{# The text of one top-level field of a JSON object; NULL where it is not there. #}
{% macro json_text(document, field) -%}
    json_extract_string({{ document }}, '$.{{ field }}')
{%- endmacro %}
