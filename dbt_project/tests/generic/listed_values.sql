{# Each column holds only the values that are listed for it, or NULL: fails with each other value, its column and what is
   listed. #}
{% test listed_values(model, values) %}

{% for column, listed in values.items() %}
select
    '{{ column }}' as column_name,
    concat('', checked.{{ column }}) as unlisted_value,
    '{{ listed | join(", ") }}' as listed_values,
    count(*) as row_count
from {{ model }} as checked
where checked.{{ column }} not in ('{{ listed | join("', '") }}')
group by checked.{{ column }}
{% if not loop.last %}union all{% endif %}
{% endfor %}

{% endtest %}
