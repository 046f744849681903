with source as (

    select * from {{ ref('measured_value') }}

)

select
    series_code,
    cast(assessment_year as integer) as assessment_year,
    unit_code,
    measure_code,
    cast(value as double) as value
from source
