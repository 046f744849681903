{# Each text stands in one language at the least; the other falls back to it. Fails with each row that has it in none. #}
{% test named_in_a_language(model, texts) %}

{% for text in texts %}
select
    '{{ text }}' as text_name,
    checked.*
from {{ model }} as checked
where checked.{{ text }}_zh is null
    and checked.{{ text }}_en is null
{% if not loop.last %}union all{% endif %}
{% endfor %}

{% endtest %}
