with source as (

    select * from {{ ref('measure_denominator') }}

)

select
    measure_code,
    denominator_measure_code,
    denominator_attribute_code,
    cast(scale as double) as scale
from source
