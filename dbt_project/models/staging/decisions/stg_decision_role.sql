with source as (

    select * from {{ ref('decision_role') }}

)

select
    role_code,
    {{ in_both_languages('name') }},
    origin
from source
