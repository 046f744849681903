with candidates as (

    select * from {{ ref('int_observation_candidate') }}
    where source = 'observation'

),

decisions as (

    select * from {{ ref('int_verification_decision') }}
    where subject = 'observation'

),

conflicting_cells as (

    select
        series_code,
        assessment_year,
        unit_code,
        measure_code
    from {{ ref('int_observation_candidate') }}
    group by series_code, assessment_year, unit_code, measure_code
    having count(distinct coalesce(cast(value as varchar), state)) > 1

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

),

accepted as (

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

),

-- A collector all of whose rows are quarantined is here too; the series is told from the measure, where that is known.
quarantined as (

    select
        coalesce(measures.series_code, 'unknown') as series_code,
        coalesce(rows.assessment_year, 0) as assessment_year,
        coalesce(nullif(trim({{ json_text('rows.raw_payload', 'collector') }}), ''), 'unknown') as collector,
        count(*) as quarantined_count
    from {{ ref('stg_quarantined_row') }} as rows
    left join {{ ref('stg_measure') }} as measures
        on rows.measure_code = measures.measure_code
    where rows.source = 'observation'
    group by
        coalesce(measures.series_code, 'unknown'),
        coalesce(rows.assessment_year, 0),
        coalesce(nullif(trim({{ json_text('rows.raw_payload', 'collector') }}), ''), 'unknown')

)

select
    coalesce(accepted.series_code, quarantined.series_code) as series_code,
    coalesce(accepted.assessment_year, quarantined.assessment_year) as assessment_year,
    coalesce(accepted.collector, quarantined.collector) as collector,
    cast(coalesce(accepted.row_count, 0) as integer) as row_count,
    cast(coalesce(accepted.unit_count, 0) as integer) as unit_count,
    cast(coalesce(accepted.conflict_count, 0) as integer) as conflict_count,
    {{ score_from_scaled(integer_quotient_half_up(
        'cast(accepted.conflict_count as hugeint) * 10000000000', 'cast(accepted.row_count as hugeint)'
    )) }} as conflict_rate,
    cast(coalesce(accepted.verified_count, 0) as integer) as verified_count,
    cast(coalesce(accepted.wrong_count, 0) as integer) as wrong_count,
    {{ score_from_scaled(integer_quotient_half_up(
        'cast(accepted.wrong_count as hugeint) * 10000000000', 'cast(accepted.verified_count as hugeint)'
    )) }} as wrong_rate,
    cast(coalesce(quarantined.quarantined_count, 0) as integer) as quarantined_count
from accepted
full outer join quarantined
    on accepted.series_code = quarantined.series_code
    and accepted.assessment_year = quarantined.assessment_year
    and accepted.collector = quarantined.collector
order by series_code, assessment_year, collector
