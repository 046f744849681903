with source as (

    select * from {{ ref('tree') }}

)

select
    tree_code,
    based_on,
    {{ in_both_languages('name') }}
from source
