with source as (

    select * from {{ ref('series') }}

)

select
    series_code,
    {{ in_both_languages('name') }},
    {{ in_both_languages('unit_name') }},
    cast(publication_digits as integer) as publication_digits
from source
