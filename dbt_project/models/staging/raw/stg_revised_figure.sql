with source as (

    select * from {{ source('raw', 'revised_figure') }}

)

select
    release_id,
    previous_release_id,
    series_code,
    assessment_year,
    table_name,
    row_key,
    methodology_code,
    unit_code,
    region_code,
    node_code,
    column_name,
    change_kind,
    old_value,
    new_value,
    reason
from source
