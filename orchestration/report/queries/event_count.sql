-- zh: 本地区计入舆情事件的数量与得分：正面、负面及回应情况
-- en: Events counted in the region: positive and negative, points, and how they were answered

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    event.polarity,
    count(*) as event_count,
    count(distinct event.unit_code) as unit_count,
    count(*) filter (event.severity in ('particularly_major', 'major')) as major_count,
    cast(sum(event.points) as decimal(18, 3)) as points,
    cast(sum(event.response_fault_points) as decimal(18, 3)) as response_fault_points,
    count(*) filter (event.response_level = 'timely') as timely_count,
    cast(count(*) filter (event.response_level = 'timely') / count(*) as decimal(18, 10)) as timely_share,
    count(*) filter (event.response_level = 'repaired') as repaired_count,
    count(*) filter (not event.is_silent) as answered_count,
    cast(count(*) filter (not event.is_silent) / count(*) as decimal(18, 10)) as answered_share,
    count(*) filter (event.is_late) as late_count,
    count(*) filter (event.is_off_point) as off_point_count,
    count(*) filter (event.is_wrong_body) as wrong_body_count,
    count(*) filter (event.is_silent) as silent_count,
    case
        when median(date_diff('hour', event.reported_at, event.response_at)) < 72 then 'hours'
        when count(event.response_at) > 0 then 'days'
        else 'none'
    end as time_unit,
    cast(median(date_diff('minute', event.reported_at, event.response_at)) / 60 as decimal(18, 1))
        as median_response_hours,
    cast(median(date_diff('hour', event.reported_at, event.response_at)) / 24 as decimal(18, 0))
        as median_response_days
from marts.opinion_event as event
inner join units
    on event.unit_code = units.unit_code
where event.methodology_code = $methodology
    and not event.is_rejected
group by event.polarity
order by event.polarity desc
