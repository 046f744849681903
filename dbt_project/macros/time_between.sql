{#
  A time of midnight is a day whose hour nobody wrote. Where one of two times has no hour the days are compared: what
  happened on the same day is neither before nor after, and what lies between is whole days.
#}
{% macro has_no_hour(moment) -%}
    {{ moment }} = date_trunc('day', {{ moment }})
{%- endmacro %}

{# Whether one moment is after another; NULL where one of them is. #}
{% macro is_after(later, earlier) -%}
    case
        when {{ has_no_hour(later) }} or {{ has_no_hour(earlier) }}
            then cast({{ later }} as date) > cast({{ earlier }} as date)
        else {{ later }} > {{ earlier }}
    end
{%- endmacro %}

{# Whole minutes from one timestamp to a later one, seconds counted in full: 24 h and 1 s are 1,441 minutes. #}
{% macro minutes_between(earlier, later) -%}
    case
        when {{ has_no_hour(later) }} or {{ has_no_hour(earlier) }}
            then 1440 * cast(date_diff('day', cast({{ earlier }} as date), cast({{ later }} as date)) as bigint)
        else cast(ceil(date_diff('second', {{ earlier }}, {{ later }}) / 60.0) as bigint)
    end
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
