-- zh: 本地区各县（市、区）的舆情事件
-- en: Events of the region's units

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    event.unit_code,
    event.event_date,
    event.polarity,
    event.severity,
    event.reach,
    event.responsibility,
    event.topic,
    event.headline,
    coalesce(event.response_kind, '') as response_kind,
    coalesce(event.response_level, '') as response_level,
    coalesce(event.responsible_body, '') as responsible_body,
    coalesce(event.responder, '') as responder,
    case
        when event.response_at is null then 'none'
        when date_diff('hour', event.reported_at, event.response_at) < 72 then 'hours'
        else 'days'
    end as time_unit,
    cast(date_diff('minute', event.reported_at, event.response_at) / cast(60 as decimal(3, 0)) as decimal(18, 1))
        as response_hours,
    date_diff('day', event.reported_at, event.response_at) as response_days,
    case
        when event.is_rejected then 'rejected'
        when event.points = 0 and event.responsibility = 'none' then 'no_responsibility'
        when event.points = 0 then 'zero'
        else ''
    end as why_zero,
    event.is_late,
    event.is_off_point,
    event.is_wrong_body,
    event.is_silent,
    cast(event.points as decimal(18, 3)) as points,
    cast(event.response_fault_points as decimal(18, 3)) as response_fault_points,
    event.is_rejected
from marts.opinion_event as event
inner join units
    on event.unit_code = units.unit_code
where event.methodology_code = $methodology
order by event.unit_code, event.event_date, event.cluster_code
