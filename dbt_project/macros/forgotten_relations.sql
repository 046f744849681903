{#
  Drops tables and views of models and seeds that the project no longer has, or that the home has switched off: readers
  would take them for part of the last build.
#}
{% macro drop_forgotten_relations() %}
    {% if execute %}
    {% set known = [] %}
    {% for node in graph.nodes.values() if node.resource_type in ('model', 'seed') %}
        {% do known.append(node.schema ~ '.' ~ node.alias) %}
    {% endfor %}
    {% set found = run_query(
        "select table_schema, table_name, table_type from information_schema.tables "
        "where table_catalog = current_database() "
        "and table_schema in ('seed', 'staging', 'intermediate', 'marts') order by all"
    ) %}
    {% for schema, name, kind in found.rows if schema ~ '.' ~ name not in known %}
        {% do run_query('drop ' ~ ('view' if kind == 'VIEW' else 'table') ~ ' "' ~ schema ~ '"."' ~ name ~ '"') %}
    {% endfor %}
    {% endif %}
{% endmacro %}
