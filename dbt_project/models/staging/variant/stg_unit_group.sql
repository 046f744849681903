with source as (

    select * from {{ ref('unit_group') }}

)

select
    series_code,
    unit_code,
    group_scheme,
    group_code
from source
