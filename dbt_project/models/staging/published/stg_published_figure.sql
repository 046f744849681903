with source as (

    select * from {{ ref('published_figure') }}

)

select
    figure_id,
    series_code,
    cast(assessment_year as integer) as assessment_year,
    region_level,
    region_code,
    region_name_zh,
    region_name_en,
    measure,
    node_code,
    statistic,
    reference_region_code,
    cast(reference_year as integer) as reference_year,
    cast(value as decimal(18, 4)) as value,
    text_value,
    cast(digits as integer) as digits,
    cast(tolerance as decimal(9, 4)) as tolerance,
    measurement_unit,
    status,
    note_zh,
    note_en
from source
