{{ config(materialized="by_edition") }}

select
    series_code,
    assessment_year,
    unit_code,
    cast(max(captured_at) as date) as seen_on
from {{ ref('int_observation_reconciled') }}
group by series_code, assessment_year, unit_code
