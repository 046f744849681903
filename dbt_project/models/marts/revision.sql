{{ config(materialized='view') }}

with revised_figures as (

    select * from {{ ref('stg_revised_figure') }}

)

select
    release_id,
    table_name,
    row_key,
    column_name,
    series_code,
    assessment_year,
    previous_release_id,
    methodology_code,
    unit_code,
    region_code,
    node_code,
    change_kind,
    old_value,
    new_value,
    reason
from revised_figures
order by release_id, table_name, row_key, column_name
