with source as (

    select * from {{ ref('event_topic') }}

)

select
    tree_code,
    topic,
    polarity,
    node_code,
    {{ in_both_languages('name') }},
    origin
from source
