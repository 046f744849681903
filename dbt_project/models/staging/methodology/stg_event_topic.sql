with source as (

    select * from {{ ref('event_topic') }}

)

select
    tree_code,
    topic,
    polarity,
    node_code,
    name_zh,
    name_en,
    origin
from source
