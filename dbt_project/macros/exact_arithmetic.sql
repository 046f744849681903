{#
  Exact decimal arithmetic where the engines differ: a quotient of decimals is a DOUBLE in DuckDB, so divisions run on
  scaled integers and are rounded half up (away from zero) once. Everything engine-specific of the method is in this file.
#}

{#
  A decimal with at most `digits` decimals as an integer of 10^-digits.

  DuckDB's cast of a decimal to an integer divides 128-bit integers and takes twenty times as long as this: the whole
  part, and the decimals by way of a double, which holds up to 15 of them exactly.
#}
{% macro scaled_integer(value, digits) -%}
    {%- if digits == 0 -%}
    cast({{ value }} as hugeint)
    {%- elif digits <= 15 -%}
    (
        cast(trunc({{ value }}) as hugeint) * {{ 10 ** digits }}
        + cast(round(cast(({{ value }}) - trunc({{ value }}) as double) * {{ 10 ** digits }}) as hugeint)
    )
    {%- else -%}
    cast(({{ value }}) * {{ 10 ** digits }} as hugeint)
    {%- endif -%}
{%- endmacro %}

{# An integer of 10^-10 as a score. #}
{% macro score_from_scaled(value) -%}
    cast(cast({{ value }} as decimal(28, 0)) * cast('0.0000000001' as decimal(11, 10)) as decimal(18, 10))
{%- endmacro %}

{# An integer of 10^-13 as marks: a full mark has 4 decimals, and what a measure has of it may be any fraction. #}
{% macro mark_from_scaled(value) -%}
    cast(cast({{ value }} as decimal(24, 0)) * cast('0.0000000000001' as decimal(14, 13)) as decimal(18, 13))
{%- endmacro %}

{# An integer of 10^-12 as a normalised value. #}
{% macro normalised_from_scaled(value) -%}
    cast(cast({{ value }} as decimal(25, 0)) * cast('0.000000000001' as decimal(13, 12)) as decimal(14, 12))
{%- endmacro %}

{#
  Quotient of two integers, rounded half away from zero; NULL where the denominator is 0. Operands whose double fits 64 bits
  are divided there, in a tenth of the time.
#}
{% macro integer_quotient_half_up(numerator, denominator) -%}
    {%- set longest = 10 ** 18 * 3 -%}
    case
        when abs({{ numerator }}) < {{ longest }} and abs({{ denominator }}) < {{ longest }}
            then cast({{ half_up_quotient(
                "cast(" ~ numerator ~ " as bigint)", "cast(" ~ denominator ~ " as bigint)"
            ) }} as hugeint)
        else cast({{ half_up_quotient(numerator, denominator) }} as hugeint)
    end
{%- endmacro %}

{# The same, in whichever integer type both operands have. #}
{% macro half_up_quotient(numerator, denominator) -%}
    sign({{ numerator }}) * sign({{ denominator }})
    * ((2 * abs({{ numerator }}) + abs({{ denominator }})) // nullif(2 * abs({{ denominator }}), 0))
{%- endmacro %}

{# A score (10 decimals) from a quotient of decimals that have at most so many decimals. #}
{% macro score_quotient(numerator, denominator, numerator_digits, denominator_digits) -%}
    {{ score_from_scaled(integer_quotient_half_up(
        scaled_integer(numerator, numerator_digits) ~ " * " ~ 10 ** ([10 + denominator_digits - numerator_digits, 0] | max),
        scaled_integer(denominator, denominator_digits) ~ " * " ~ 10 ** ([numerator_digits - denominator_digits - 10, 0] | max)
    )) }}
{%- endmacro %}

{# What `part` is of `whole`, both with at most so many decimals: counts have none. #}
{% macro share_of(part, whole, digits=0) -%}
    {{ score_quotient(part, whole, digits, digits) }}
{%- endmacro %}

{# The mean of the scores that there are; NULL where there are none. #}
{% macro mean_of(score) -%}
    {{ score_quotient('sum(' ~ score ~ ')', 'count(' ~ score ~ ')', 10, 0) }}
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

{# The greatest common divisor of whole numbers, as a window or an aggregate: what a ratio is reduced by. #}
{% macro greatest_common_divisor(value, over='') -%}
    list_reduce(list({{ value }}) {{ over }}, lambda one, other: gcd(one, other))
{%- endmacro %}

{#
  Whether the assessed share of the applicable marks reaches a threshold, given as numerator and denominator. Marks are kept
  to 13 decimals, so thirds are not whole: what falls short by less than half a unit of the tenth decimal reaches it.
#}
{% macro reaches_coverage(assessed_mark, applicable_mark, numerator, denominator=1) -%}
    ({{ assessed_mark }} + cast('0.00000000005' as decimal(12, 11))) * {{ denominator }} >= {{ applicable_mark }} * {{ numerator }}
{%- endmacro %}
