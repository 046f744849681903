{#
  The columns of a wide table that has one per dimension and second-level indicator, from the trees of the series that
  are scored in this warehouse, in the order of the tree: a list of {name, node_code, comment}. The name is the node's
  code in lower case followed by `_score`; a node that several series or methodologies share has one column.

  Empty while dbt parses, and when it compiles before the first build. Two codes that would share a name, or a name that
  is in `taken_names`, end the build.
#}
{% macro node_score_columns(taken_names=[]) %}
    {% set nodes = ref('int_methodology_node') %}
    {% set editions = ref('int_edition') %}
    {% set links = ref('int_edition_methodology') %}
    {% set columns = [] %}
    {% if execute and load_relation(nodes) is not none and load_relation(editions) is not none and load_relation(links) is not none %}
        {% set query %}
            select
                nodes.series_code,
                nodes.node_code,
                nodes.name_zh,
                nodes.name_en,
                cast(nodes.min_mark as double) as min_mark,
                cast(nodes.full_mark as double) as full_mark,
                min(nodes.sort_path) as sort_path
            from {{ nodes }} as nodes
            where nodes.depth in (1, 2)
                and nodes.methodology_code in (
                    select links.methodology_code
                    from {{ links }} as links
                    inner join {{ editions }} as editions
                        on links.series_code = editions.series_code
                        and links.assessment_year = editions.assessment_year
                )
            group by nodes.series_code, nodes.node_code, nodes.name_zh, nodes.name_en, nodes.min_mark, nodes.full_mark
            order by
                nodes.series_code, sort_path, nodes.node_code, nodes.name_zh, nodes.name_en, nodes.min_mark, nodes.full_mark
        {% endset %}
        {% set columns_by_name = {} %}
        {% for node in run_query(query).rows %}
            {% set name = modules.re.sub('[^a-z0-9]', '_', node['node_code'] | lower) ~ '_score' %}
            {% set lowest, highest = '%g' % node['min_mark'], '%g' % node['full_mark'] %}
            {% set meaning = {
                'zh': node['name_zh'] ~ '(' ~ node['node_code'] ~ ',' ~ lowest ~ '至' ~ highest ~ '分)',
                'en': node['name_en'] ~ ' (' ~ node['node_code'] ~ ', ' ~ lowest ~ ' to ' ~ highest ~ ')'
            } %}
            {% if name in taken_names %}
                {% do exceptions.raise_compiler_error(
                    "The column of node " ~ node['node_code'] ~ " would be named " ~ name ~ ", which is another column's name"
                ) %}
            {% endif %}
            {% if name not in columns_by_name %}
                {% do columns_by_name.update({name: {'name': name, 'node_code': node['node_code'], 'meanings': []}}) %}
                {% do columns.append(columns_by_name[name]) %}
            {% elif columns_by_name[name]['node_code'] != node['node_code'] %}
                {% do exceptions.raise_compiler_error(
                    "Nodes " ~ columns_by_name[name]['node_code'] ~ " and " ~ node['node_code']
                    ~ " would share the column " ~ name
                ) %}
            {% endif %}
            {% do columns_by_name[name]['meanings'].append(meaning) %}
        {% endfor %}
        {% for column in columns %}
            {% do column.update({
                'comment': (column['meanings'] | map(attribute='zh') | join(';')) ~ '公布得分 / Score as published: '
                    ~ (column['meanings'] | map(attribute='en') | join('; '))
            }) %}
        {% endfor %}
    {% endif %}
    {{ return(columns) }}
{% endmacro %}

{# After a build: each column of `node_score_columns` gets its text as a comment, which a yml written by hand cannot hold. #}
{% macro comment_node_score_columns() %}
    {% for column in node_score_columns() %}
        comment on column {{ this }}.{{ column['name'] }} is {{ duckdb_escape_comment(column['comment']) }};
    {% endfor %}
{% endmacro %}

{# After a build: the columns that the model's yml holds not null, where no contract can be enforced that would do it. #}
{% macro hold_key_not_null() %}
    {% for column in model.columns.values() if column.constraints | selectattr('type', 'equalto', 'not_null') | list %}
        alter table {{ this }} alter column {{ column.name }} set not null;
    {% endfor %}
{% endmacro %}
