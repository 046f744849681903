-- zh: 本地区计入的舆情事件按级别计数
-- en: Events counted in the region, by severity

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    event.polarity,
    event.severity,
    max(event.base_value) as base_value,
    count(*) as event_count,
    cast(sum(event.points) as decimal(18, 3)) as points
from marts.opinion_event as event
inner join units
    on event.unit_code = units.unit_code
where event.methodology_code = $methodology
    and not event.is_rejected
group by event.polarity, event.severity
order by event.polarity desc, base_value desc, event.severity
