with accepted as (

    select * from {{ ref('int_collector_count') }}

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
