with source as (

    select * from {{ ref('methodology') }}

)

select
    methodology_code,
    cast(methodology_version as varchar) as methodology_version,
    series_code,
    tree_code,
    name_zh,
    name_en,
    description_zh,
    description_en,
    cast(min_ranked_coverage as decimal(9, 6)) as min_ranked_coverage,
    origin,
    origin_note
from source
