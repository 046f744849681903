-- Warns with each cell that nothing came in for. A build may hold such cells, a release may not: it refuses them.
{{ config(severity='warn') }}

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    measure_code
from {{ ref('fct_measure_score') }}
where status = 'to_be_assessed'
