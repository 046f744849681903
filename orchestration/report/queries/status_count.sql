-- zh: 本地区数据项按状态计数
-- en: Cells of the region counted by status

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    score.status,
    count(*) as cell_count,
    cast(count(*) / sum(count(*)) over () as decimal(18, 10)) as share
from marts.fct_measure_score as score
inner join units
    on score.unit_code = units.unit_code
where score.methodology_code = $methodology
    and score.rule_family <> 'event'
group by score.status
order by cell_count desc, score.status
