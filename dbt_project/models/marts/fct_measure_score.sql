{{ config(materialized="by_edition") }}

with measure_scores as (

    select * from {{ ref('int_measure_score') }}

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    measure_code,
    node_code,
    rule_family,
    status,
    value,
    normalised_value,
    cast(weight as decimal(9, 6)) as weight,
    cast(measure_mark as decimal(18, 10)) as measure_mark,
    deduction,
    is_vetoed,
    batch_id,
    row_number
from measure_scores
order by series_code, assessment_year, methodology_code, unit_code, measure_code
