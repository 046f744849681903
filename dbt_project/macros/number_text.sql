{# Numbers as a person writes them. #}

{# A decimal without the zeros that end it: 91.640000000 is 91.64. #}
{% macro plain_number(value) -%}
    case
        when position('.' in cast({{ value }} as varchar)) > 0 then rtrim(rtrim(cast({{ value }} as varchar), '0'), '.')
        else cast({{ value }} as varchar)
    end
{%- endmacro %}

{# The same inside a formula, where a negative number stands in brackets. #}
{% macro operand(value) -%}
    case when {{ value }} < 0 then '(' || {{ plain_number(value) }} || ')' else {{ plain_number(value) }} end
{%- endmacro %}

{# A share as a percentage with two decimals, half up. #}
{% macro percentage_text(share) -%}
    {{ plain_number("cast(" ~ share ~ " * 100 as decimal(9, 2))") }} || '%'
{%- endmacro %}
