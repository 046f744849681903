with source as (

    select * from {{ ref('series') }}

)

select
    series_code,
    name_zh,
    name_en,
    unit_name_zh,
    unit_name_en,
    cast(publication_digits as integer) as publication_digits
from source
