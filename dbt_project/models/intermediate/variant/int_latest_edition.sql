{{ config(materialized="view") }}

select
    series_code,
    max(assessment_year) as assessment_year
from {{ ref('int_edition') }}
group by series_code
