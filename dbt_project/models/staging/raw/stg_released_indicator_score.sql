with source as (

    select * from {{ source('raw', 'released_indicator_score') }}

)

select
    release_id,
    series_code,
    assessment_year,
    methodology_code,
    methodology_version,
    unit_code,
    unit_name_zh,
    unit_name_en,
    node_code,
    node_level,
    node_name_zh,
    node_name_en,
    full_mark,
    score,
    published_score
from source
