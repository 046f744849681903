with source as (

    select * from {{ ref('methodology') }}

)

select
    methodology_code,
    cast(methodology_version as varchar) as methodology_version,
    series_code,
    tree_code,
    {{ in_both_languages('name') }},
    {{ in_both_languages('description') }},
    based_on,
    coalesce(rank_basis, 'unrounded_score') as rank_basis,
    cast(min_ranked_coverage as decimal(9, 6)) as min_ranked_coverage,
    origin,
    origin_note
from source
