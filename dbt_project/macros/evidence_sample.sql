{# A record as one text: a JSON object of its filled columns in the order of their contract, every cell as text. #}
{% macro evidence_record_text(columns) -%}
    concat('{', concat_ws(', '
        {%- for column in columns -%}
        , case when {{ column }} is not null then concat(
            '"{{ column }}": "',
            replace(replace(cast({{ column }} as varchar), chr(92), concat(chr(92), chr(92))), chr(34), concat(chr(92), chr(34))),
            '"'
        ) end
        {%- endfor -%}
    ), '}')
{%- endmacro %}

{# Records are drawn in the order of this text. #}
{% macro evidence_draw() -%}
    md5(concat(batch_id, '-', cast(row_number as varchar)))
{%- endmacro %}

{# Takes out the samples of partitions that have changed or are no more. #}
{% macro evidence_samples_without_stale() %}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where state_hash not in (select state_hash from {{ source('raw', 'evidence_state') }})
    {%- else -%}
        select 1
    {%- endif -%}
{% endmacro %}
