-- What a contract would hold, were the columns known beforehand: the scorecard has the columns that its yml describes, with
-- their types, and one for each dimension and second-level indicator of the scored series, all with a comment.
{% set described = graph.nodes.values() | selectattr('name', 'equalto', 'unit_scorecard_all')
    | selectattr('resource_type', 'equalto', 'model') | map(attribute='columns') | first if execute else {} %}

with expected_columns as (

    {% for column in described.values() %}
    select '{{ column["name"] }}' as column_name, '{{ column["data_type"] }}' as data_type
    union all
    {% endfor %}
    select distinct
        regexp_replace(lower(indicators.node_code), '[^a-z0-9]', '_', 'g') || '_score' as column_name,
        'decimal(14,4)' as data_type
    from {{ ref('dim_indicator') }} as indicators
    where indicators.methodology_code in (select methodology_code from {{ ref('release_info') }})
        and indicators.node_level in (1, 2)

),

actual_columns as (

    select column_name, lower(data_type) as data_type, comment
    from duckdb_columns()
    where database_name = '{{ ref("unit_scorecard_all").database }}'
        and schema_name = '{{ ref("unit_scorecard_all").schema }}'
        and table_name = '{{ ref("unit_scorecard_all").identifier }}'

)

select
    expected_columns.column_name as expected_column,
    actual_columns.column_name as actual_column,
    expected_columns.data_type as expected_type,
    actual_columns.data_type as actual_type,
    actual_columns.comment
from expected_columns
full outer join actual_columns
    on expected_columns.column_name = actual_columns.column_name
where expected_columns.data_type is distinct from actual_columns.data_type
    or coalesce(actual_columns.comment, '') not like '% / %'
