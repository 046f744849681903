with source as (

    select * from {{ ref('published_constraint') }}

)

select
    constraint_id,
    series_code,
    cast(assessment_year as integer) as assessment_year,
    kind,
    cast(value as decimal(18, 4)) as value,
    cast(tolerance as decimal(9, 4)) as tolerance,
    status,
    statement_zh,
    statement_en
from source
