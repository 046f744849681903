with source as (

    select * from {{ ref('published_constraint_term') }}

)

select
    constraint_id,
    cast(term_number as integer) as term_number,
    cast(coefficient as decimal(9, 4)) as coefficient,
    region_code,
    node_code,
    statistic
from source
