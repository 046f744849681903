with source as (

    select * from {{ ref('message') }}

)

select
    message_code,
    text_zh,
    text_en
from source
