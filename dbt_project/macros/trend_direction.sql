{# The word for a change: up, down, level; NULL where there is nothing to compare with. #}
{% macro trend_direction(change) -%}
    case when {{ change }} > 0 then 'up' when {{ change }} < 0 then 'down' when {{ change }} = 0 then 'level' end
{%- endmacro %}
