{#
  Exact decimal arithmetic where the engines differ: a quotient of decimals is a DOUBLE in DuckDB, so divisions run on
  scaled integers and are rounded half up (away from zero) once. Everything engine-specific of the method is in this file.
#}

{# A decimal with at most `digits` decimals as an integer of 10^-digits. #}
{% macro scaled_integer(value, digits) -%}
    cast(({{ value }}) * {{ 10 ** digits }} as hugeint)
{%- endmacro %}

{# An integer of 10^-10 as a score. #}
{% macro score_from_scaled(value) -%}
    cast(cast({{ value }} as decimal(28, 0)) * cast('0.0000000001' as decimal(11, 10)) as decimal(18, 10))
{%- endmacro %}

{# An integer of 10^-12 as a normalised value. #}
{% macro normalised_from_scaled(value) -%}
    cast(cast({{ value }} as decimal(25, 0)) * cast('0.000000000001' as decimal(13, 12)) as decimal(14, 12))
{%- endmacro %}

{# Quotient of two integers, rounded half away from zero; NULL where the denominator is 0. #}
{% macro integer_quotient_half_up(numerator, denominator) -%}
    cast(
        sign({{ numerator }}) * sign({{ denominator }})
        * ((2 * abs({{ numerator }}) + abs({{ denominator }})) // nullif(2 * abs({{ denominator }}), 0))
        as hugeint
    )
{%- endmacro %}

{#
  A score (10 decimals) from a quotient of decimals that have at most `operand_digits` decimals each.

  Most scores are 0 or the full mark. Only what lies between is divided, for a division of 128-bit integers takes a hundred
  times as long as a comparison. greatest() takes the one of both results that is not NULL; inside a coalesce or case DuckDB
  would compute each operand as often as it is written.
#}
{% macro score_quotient(numerator, denominator, operand_digits) -%}
    {%- set is_divided = "(" ~ numerator ~ ") not in (0, " ~ denominator ~ ")" -%}
    greatest(
        {{ score_from_scaled(integer_quotient_half_up(
            scaled_integer("case when " ~ is_divided ~ " then " ~ numerator ~ " end", operand_digits) ~ " * 10000000000",
            scaled_integer("case when " ~ is_divided ~ " then " ~ denominator ~ " end", operand_digits)
        )) }},
        cast(
            case
                when {{ denominator }} = 0 then null
                when {{ numerator }} = {{ denominator }} then 1
                when {{ numerator }} = 0 and {{ denominator }} <> 0 then 0
            end as decimal(18, 10)
        )
    )
{%- endmacro %}

{#
  A score under a node's own rounding policy: none, half_up (away from zero) or half_even, to `digits` decimals (0 to 10).
  round() of a decimal is exact and half up, but takes its number of decimals only as a constant.
#}
{% macro apply_rounding_policy(score, mode, digits) -%}
    {%- set scaled = "abs(" ~ scaled_integer(score, 10) ~ ")" -%}
    {%- set step = "cast(power(10, 10 - " ~ digits ~ ") as hugeint)" -%}
    case {{ mode }}
        when 'half_up' then
            case {{ digits }}
                {% for constant in range(11) %}
                when {{ constant }} then cast(round({{ score }}, {{ constant }}) as decimal(18, 10))
                {% endfor %}
            end
        when 'half_even' then
            {{ score_from_scaled(
                "sign(" ~ score ~ ") * ((" ~ scaled ~ " // " ~ step ~ ") + case"
                ~ " when 2 * (" ~ scaled ~ " % " ~ step ~ ") > " ~ step ~ " then 1"
                ~ " when 2 * (" ~ scaled ~ " % " ~ step ~ ") = " ~ step ~ " then (" ~ scaled ~ " // " ~ step ~ ") % 2"
                ~ " else 0 end) * " ~ step
            ) }}
        else {{ score }}
    end
{%- endmacro %}

{# A score as it is published: half up to the series' number of decimals (at most 4). #}
{% macro published_score(score, digits) -%}
    cast({{ apply_rounding_policy(score, "'half_up'", digits) }} as decimal(14, 4))
{%- endmacro %}

{# The score inside [lowest, highest]; NULL stays NULL, which least() and greatest() would lose. #}
{% macro clipped_score(score, lowest, highest) -%}
    cast(
        case when {{ score }} < {{ lowest }} then {{ lowest }} when {{ score }} > {{ highest }} then {{ highest }} else {{ score }} end
        as decimal(18, 10)
    )
{%- endmacro %}
