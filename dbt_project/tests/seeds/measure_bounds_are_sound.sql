-- Fails for every measure whose bounds contradict each other or its kind, or whose earlier funnel stage is another
-- series'.
with measures as (

    select * from {{ ref('measure') }}

),

problems as (

    select
        measures.measure_code,
        case
            when measures.lower_bound >= measures.upper_bound then 'lower_bound must be below upper_bound'
            when measures.value_kind = 'percentage' and (measures.lower_bound <> 0 or measures.upper_bound <> 100)
                then 'a percentage lies between 0 and 100'
            when measures.value_kind in ('checklist', 'count', 'days') and measures.is_whole_number <> '1'
                then 'a checklist, a count and days are whole numbers'
            when measures.value_kind in ('checklist', 'count', 'days') and measures.lower_bound <> 0
                then 'a checklist, a count and days start at 0'
            when measures.funnel_earlier_measure_code = measures.measure_code
                or (
                    measures.funnel_earlier_measure_code is not null
                    and measures.series_code is distinct from earlier_measures.series_code
                )
                then 'the earlier stage of a funnel is another measure of the same series'
        end as problem
    from measures
    left join measures as earlier_measures
        on measures.funnel_earlier_measure_code = earlier_measures.measure_code

)

select * from problems
where problem is not null
