with source as (

    select * from {{ source('raw', 'released_unit_score') }}

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
    score,
    published_score,
    base_score,
    grade,
    is_ranked,
    rank_overall,
    ranked_unit_count_overall,
    rank_national,
    ranked_unit_count_national
from source
