with source as (

    select * from {{ ref('variant_measure') }}

)

select
    variant_code,
    measure_code,
    normalisation,
    cast(lower as double) as lower,
    cast(upper as double) as upper,
    cast(scale as double) as scale,
    cast(target as double) as target,
    cast(is_treated as boolean) as is_treated
from source
