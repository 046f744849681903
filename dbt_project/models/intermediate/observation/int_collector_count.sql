{{ config(materialized="by_edition") }}

with candidates as (

    select * from {{ ref('int_observation_candidate') }}
    where source = 'observation'

),

decisions as (

    select * from {{ ref('int_verification_decision') }}
    where subject = 'observation'

),

conflicting_cells as (

    select distinct
        series_code,
        assessment_year,
        unit_code,
        measure_code
    from {{ ref('observation_conflict') }}

),

judged as (

    select
        candidates.series_code,
        candidates.assessment_year,
        candidates.collector,
        candidates.unit_code,
        conflicting_cells.unit_code is not null as is_conflicting,
        -- A correction says what is right: what agrees with it was right, too.
        decisions.unit_code is not null as is_verified,
        case
            when decisions.verdict = 'reject' then true
            when decisions.verdict = 'correct' then coalesce(cast(candidates.value as varchar), candidates.state)
                <> coalesce(cast(decisions.value as varchar), decisions.state)
            else false
        end as is_wrong
    from candidates
    left join conflicting_cells
        on candidates.series_code = conflicting_cells.series_code
        and candidates.assessment_year = conflicting_cells.assessment_year
        and candidates.unit_code = conflicting_cells.unit_code
        and candidates.measure_code = conflicting_cells.measure_code
    left join decisions
        on candidates.series_code = decisions.series_code
        and candidates.assessment_year = decisions.assessment_year
        and candidates.unit_code = decisions.unit_code
        and candidates.measure_code = decisions.measure_code
        and candidates.captured_at <= decisions.verified_at

)

select
    series_code,
    assessment_year,
    collector,
    count(*) as row_count,
    count(distinct unit_code) as unit_count,
    sum(case when is_conflicting then 1 else 0 end) as conflict_count,
    sum(case when is_verified then 1 else 0 end) as verified_count,
    sum(case when is_verified and is_wrong then 1 else 0 end) as wrong_count
from judged
group by series_code, assessment_year, collector
