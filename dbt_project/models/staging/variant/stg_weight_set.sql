with source as (

    select * from {{ ref('weight_set') }}

)

select
    weight_set_code,
    tree_code,
    node_code,
    cast(weight as double) as weight
from source
