{# Whole minutes from one timestamp to a later one, seconds counted in full: 24 h and 1 s are 1,441 minutes. #}
{% macro minutes_between(earlier, later) -%}
    cast(ceil(date_diff('second', {{ earlier }}, {{ later }}) / 60.0) as bigint)
{%- endmacro %}
