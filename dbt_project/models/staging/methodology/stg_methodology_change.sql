with source as (

    select * from {{ ref('methodology_change') }}

)

select
    seed_name,
    owner_code,
    row_key,
    change_kind,
    column_name,
    value,
    reason
from source
