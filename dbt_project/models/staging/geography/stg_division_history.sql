with source as (

    select * from {{ ref('division_history') }}

)

select
    code as division_code,
    cast(version as integer) as division_version,
    name_zh,
    name_pinyin,
    name_en,
    cast(first_year as integer) as first_year,
    cast(last_year as integer) as last_year
from source
