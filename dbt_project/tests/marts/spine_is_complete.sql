-- Fails with each cell that must be there and is not, and with each that is there and must not be: every included unit of
-- an edition × every measure that a methodology of its series scores other than by events.
{{ config(meta={"by_edition": true}) }}

with expected_cells as (

    select
        frames.series_code,
        frames.assessment_year,
        methodologies.methodology_code,
        frames.unit_code,
        rules.measure_code
    from {{ ref('int_edition') }} as editions
    inner join {{ ref('stg_assessment_frame') }} as frames
        on editions.series_code = frames.series_code
        and editions.assessment_year = frames.assessment_year
        and frames.is_included
    inner join {{ ref('int_edition_methodology') }} as methodologies
        on editions.series_code = methodologies.series_code
            and editions.assessment_year = methodologies.assessment_year
    inner join {{ ref('int_methodology_rule') }} as rules
        on methodologies.methodology_code = rules.methodology_code
        and rules.rule_family <> 'event'

),

cells as (

    select * from {{ ref('fct_measure_score') }}

)

select
    case when cells.unit_code is null then 'missing' else 'unexpected' end as problem,
    coalesce(expected_cells.series_code, cells.series_code) as series_code,
    coalesce(expected_cells.assessment_year, cells.assessment_year) as assessment_year,
    coalesce(expected_cells.methodology_code, cells.methodology_code) as methodology_code,
    coalesce(expected_cells.unit_code, cells.unit_code) as unit_code,
    coalesce(expected_cells.measure_code, cells.measure_code) as measure_code
from expected_cells
full outer join cells
    on expected_cells.series_code = cells.series_code
    and expected_cells.assessment_year = cells.assessment_year
    and expected_cells.methodology_code = cells.methodology_code
    and expected_cells.unit_code = cells.unit_code
    and expected_cells.measure_code = cells.measure_code
where expected_cells.unit_code is null
    or cells.unit_code is null
