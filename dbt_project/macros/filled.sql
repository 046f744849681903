{# A text of stg_message with what its places stand for: {name} is replaced by the SQL that `places` has under its name, and
   by nothing where that is NULL. What others wrote (headlines, messages) comes last, so that no braces in it are filled. #}
{% macro filled(text, places) -%}
    {%- set filling = namespace(text=text) -%}
    {%- for name, value in places.items() -%}
        {%- set filling.text = "replace(" ~ filling.text ~ ", '{" ~ name ~ "}', coalesce(" ~ value ~ ", ''))" -%}
    {%- endfor -%}
    {{ filling.text }}
{%- endmacro %}
