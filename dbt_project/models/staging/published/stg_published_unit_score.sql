with source as (

    select * from {{ ref('published_unit_score') }}

)

select
    series_code,
    unit_code,
    cast(assessment_year as integer) as assessment_year,
    node_code,
    cast(published_value as decimal(18, 4)) as published_value,
    cast(published_rank as integer) as published_rank
from source
