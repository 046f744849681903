-- Fails with each accepted observation that is lost on its way: it must be a candidate of its cell, and the cell of every
-- methodology that scores its measure must take value, status and source row from the first candidate; where all were
-- rejected the cell is not_collected. Where a decision is in effect, the decision is the cell's row.
{{ config(meta={"by_edition": true}) }}

with candidates as (

    select * from {{ ref('int_observation_candidate') }}

),

cells as (

    select * from {{ ref('fct_measure_score') }}

),

lost_observations as (

    select
        'the observation is no candidate of its cell' as problem,
        observations.series_code,
        observations.assessment_year,
        cast(null as varchar) as methodology_code,
        observations.unit_code,
        observations.measure_code,
        observations.batch_id,
        observations.row_number
    from {{ ref('stg_observation') }} as observations
    left join candidates
        on observations.batch_id = candidates.batch_id
        and observations.row_number = candidates.row_number
        and observations.unit_code = candidates.unit_code
        and observations.measure_code = candidates.measure_code
        and candidates.source = 'observation'
    where candidates.precedence is null

),

expected_cells as (

    select
        candidates.*,
        rules.methodology_code,
        case
            when candidates.is_rejected then 'not_collected'
            when candidates.value is null then candidates.state
            when candidates.source = 'verification' or candidates.is_confirmable then 'verified'
            else 'observed'
        end as expected_status
    from candidates
    inner join {{ ref('stg_assessment_frame') }} as frames
        on candidates.series_code = frames.series_code
        and candidates.assessment_year = frames.assessment_year
        and candidates.unit_code = frames.unit_code
        and frames.is_included
    inner join {{ ref('int_edition_methodology') }} as methodologies
        on candidates.series_code = methodologies.series_code
            and candidates.assessment_year = methodologies.assessment_year
    inner join {{ ref('int_methodology_rule') }} as rules
        on methodologies.methodology_code = rules.methodology_code
        and candidates.measure_code = rules.measure_code
        and rules.rule_family <> 'event'
    left join {{ ref('int_decision') }} as decisions
        on candidates.series_code = decisions.series_code
        and candidates.assessment_year = decisions.assessment_year
        and candidates.unit_code = decisions.unit_code
        and candidates.measure_code = decisions.measure_code
        and decisions.decision_status = 'in_effect'
    where candidates.precedence = 1
        and decisions.decision_code is null

),

differing_cells as (

    select
        'the cell does not follow from its first candidate' as problem,
        expected_cells.series_code,
        expected_cells.assessment_year,
        expected_cells.methodology_code,
        expected_cells.unit_code,
        expected_cells.measure_code,
        expected_cells.batch_id,
        expected_cells.row_number
    from expected_cells
    left join cells
        on expected_cells.series_code = cells.series_code
        and expected_cells.assessment_year = cells.assessment_year
        and expected_cells.methodology_code = cells.methodology_code
        and expected_cells.unit_code = cells.unit_code
        and expected_cells.measure_code = cells.measure_code
    where cells.status is distinct from expected_cells.expected_status
        or (not expected_cells.is_rejected and (
            cells.value is distinct from expected_cells.value
            or cells.batch_id is distinct from expected_cells.batch_id
            or cells.row_number is distinct from expected_cells.row_number
        ))

)

select * from lost_observations

union all

select * from differing_cells
