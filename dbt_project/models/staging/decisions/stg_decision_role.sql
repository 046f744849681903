with source as (

    select * from {{ ref('decision_role') }}

)

select
    role_code,
    name_zh,
    name_en,
    origin
from source
