{# Each of the columns has a value in every row: fails with each row that has none, and the name of the empty column. #}
{% test complete_columns(model, columns) %}

{% for column in columns %}
select
    '{{ column }}' as empty_column,
    checked.*
from {{ model }} as checked
where checked.{{ column }} is null
{% if not loop.last %}union all{% endif %}
{% endfor %}

{% endtest %}
