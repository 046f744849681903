{# Whole minutes from one timestamp to a later one, seconds counted in full: 24 h and 1 s are 1,441 minutes. #}
{% macro minutes_between(earlier, later) -%}
    cast(ceil(date_diff('second', {{ earlier }}, {{ later }}) / 60.0) as bigint)
{%- endmacro %}
{# The same moment so many hours later. #}
{% macro hours_after(moment, hours) -%}
    ({{ moment }} + {{ hours }} * interval 1 hour)
{%- endmacro %}
{# The same day so many months later; the last day of a shorter month. #}
{% macro months_after(day, months) -%}
    cast({{ day }} + {{ months }} * interval 1 month as date)
{%- endmacro %}
{# The day before. #}
{% macro day_before(day) -%}
    cast({{ day }} - interval 1 day as date)
{%- endmacro %}
