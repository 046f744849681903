{# A text in Chinese and in English, each standing in for the other where only one was given. #}
{% macro in_both_languages(text) -%}
    coalesce({{ text }}_zh, {{ text }}_en) as {{ text }}_zh,
    coalesce({{ text }}_en, {{ text }}_zh) as {{ text }}_en
{%- endmacro %}
