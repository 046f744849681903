-- Warns with each cell that nothing came in for. A build may hold such cells, a release of their edition may not: it waits.
{{ config(severity='warn', tags=['release_gate'], meta={'gate': 'cells_assessed'}) }}

select
    series_code,
    assessment_year,
    unit_code,
    measure_code,
    min(methodology_code) as methodology_code
from {{ ref('fct_measure_score') }}
where status = 'to_be_assessed'
group by series_code, assessment_year, unit_code, measure_code
order by series_code, assessment_year, unit_code, measure_code
