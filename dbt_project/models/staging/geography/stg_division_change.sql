with source as (

    select * from {{ ref('division_change') }}

)

select
    cast(year as integer) as change_year,
    from_code,
    from_name,
    to_code,
    to_name,
    link_kind,
    event_id
from source
