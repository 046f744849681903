-- Fails with each cell of which nothing says whether it was assessed.
{{ config(tags=['release_gate'], meta={'gate': 'cells_assessed', 'by_edition': true}) }}

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    measure_code
from {{ ref('fct_measure_score') }}
where status is null
