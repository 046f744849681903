{#
  Statistics of doubles that are the same to the last digit in any order of rows and with any number of threads.

  A sum of doubles is not. So values are brought to [0, 1] by the least and the largest one of them, cut to 15 decimals and
  added as decimals, which is exact; the result goes back to the values' own scale. Skew and kurtosis need no way back.
#}

{# A value between `lowest` and `highest` as a decimal of [0, 1]; 0 where the two are one. #}
{% macro unit_scaled(value, lowest, highest) -%}
    cast(coalesce(({{ value }} - {{ lowest }}) / nullif({{ highest }} - {{ lowest }}, 0), 0) as decimal(18, 15))
{%- endmacro %}

{# A double as a decimal that can be added exactly: 12 decimals. #}
{% macro addable(value) -%}
    cast(round({{ value }}, 12) as decimal(38, 12))
{%- endmacro %}

{#
    A double as it is published: 12 decimals, and a zero without a sign. Where zeros follow on each other DuckDB keeps the
    sign of one of them for all, whichever row came first.
#}
{% macro published_double(value) -%}
    round({{ value }}, 12) + 0.0
{%- endmacro %}

{# The sum of doubles, each rounded to 12 decimals, as a double. #}
{% macro exact_sum(value) -%}
    cast(sum({{ addable(value) }}) as double)
{%- endmacro %}

{#
  Central moments (second to fourth, divided by the count) of unit-scaled values, from their mean. The powers are
  doubles of [-1, 1], cut to 18 decimals before they are added.
#}
{% macro central_moment(scaled_value, mean, power) -%}
    cast(sum(cast(power(cast({{ scaled_value }} as double) - {{ mean }}, {{ power }}) as decimal(20, 18))) as double) / count(*)
{%- endmacro %}

{# Skewness of a sample (e1071's type 2, as spreadsheets have it); NULL below three values or without any spread. #}
{% macro sample_skew(value_count, second_moment, third_moment) -%}
    case
        when {{ value_count }} >= 3 and {{ second_moment }} > 0
            then {{ third_moment }} / power({{ second_moment }}, 1.5)
                * sqrt(cast({{ value_count }} as double) * ({{ value_count }} - 1)) / ({{ value_count }} - 2)
    end
{%- endmacro %}

{# Excess kurtosis of a sample (type 2); NULL below four values or without any spread. #}
{% macro sample_kurtosis(value_count, second_moment, fourth_moment) -%}
    case
        when {{ value_count }} >= 4 and {{ second_moment }} > 0
            then (
                ({{ value_count }} + 1) * ({{ fourth_moment }} / ({{ second_moment }} * {{ second_moment }}) - 3) + 6
            ) * ({{ value_count }} - 1) / (({{ value_count }} - 2.0) * ({{ value_count }} - 3.0))
    end
{%- endmacro %}
