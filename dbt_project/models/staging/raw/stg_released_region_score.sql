with source as (

    select * from {{ source('raw', 'released_region_score') }}

)

select
    release_id,
    series_code,
    assessment_year,
    methodology_code,
    methodology_version,
    region_code,
    region_level,
    region_name_zh,
    region_name_en,
    node_code,
    node_level,
    full_mark,
    mean_of_units,
    mean_of_subregions,
    published_mean_of_units,
    published_mean_of_subregions,
    unit_count,
    rank_in_level,
    weighted_mean_of_units,
    published_weighted_mean_of_units
from source
