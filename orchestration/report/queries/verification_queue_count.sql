-- zh: 本地区待查验事项按原因计数
-- en: Items of the region that wait for verification, by reason

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    queue.reason,
    count(*) as item_count,
    count(distinct queue.unit_code) as unit_count
from marts.verification_queue as queue
inner join units
    on queue.unit_code = units.unit_code
group by queue.reason
order by item_count desc, queue.reason
