-- zh: 回应有缺陷的负面事件(沉默、非责任主体回应、答非所问、逾期)
-- en: Negative events with a faulty response (silent, wrong body, beside the point, late)

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

faults as (

    select unit_code, cluster_code, methodology_code, points, is_rejected, 'silent' as fault from marts.opinion_event
    where is_silent

    union all

    select unit_code, cluster_code, methodology_code, points, is_rejected, 'wrong_body' as fault
    from marts.opinion_event
    where is_wrong_body

    union all

    select unit_code, cluster_code, methodology_code, points, is_rejected, 'off_point' as fault
    from marts.opinion_event
    where is_off_point

    union all

    select unit_code, cluster_code, methodology_code, points, is_rejected, 'late' as fault from marts.opinion_event
    where is_late

),

negative_events as (

    select count(*) as event_count
    from marts.opinion_event as event
    inner join units
        on event.unit_code = units.unit_code
    where event.methodology_code = $methodology
        and event.polarity = 'negative'
        and not event.is_rejected

)

select
    faults.fault,
    faults.unit_code,
    count(*) as event_count,
    sum(count(*)) over (partition by faults.fault) as fault_event_count,
    count(*) over (partition by faults.fault) as fault_unit_count,
    max(negative_events.event_count) as negative_event_count,
    cast(
        sum(count(*)) over (partition by faults.fault) / max(negative_events.event_count) as decimal(18, 10)
    ) as fault_share,
    count(*) over (partition by faults.fault, units.province_code) as province_unit_count
from faults
inner join units
    on faults.unit_code = units.unit_code
cross join negative_events
where faults.methodology_code = $methodology
    and not faults.is_rejected
group by faults.fault, faults.unit_code, units.province_code
order by
    case faults.fault when 'silent' then 1 when 'wrong_body' then 2 when 'off_point' then 3 else 4 end,
    event_count desc,
    faults.unit_code
