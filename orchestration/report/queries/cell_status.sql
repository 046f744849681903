-- zh: 本地区未采集、未通过校验、待评估或经查验的数据项，按测量项与状态计数
-- en: Cells of the region that were not collected, quarantined, to be assessed or verified, by measure and status

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    score.node_code,
    score.measure_code,
    measure.name_zh,
    measure.name_en,
    score.status,
    count(*) as unit_count
from marts.fct_measure_score as score
inner join units
    on score.unit_code = units.unit_code
inner join marts.dim_measure as measure
    on score.methodology_code = measure.methodology_code
    and score.measure_code = measure.measure_code
where score.methodology_code = $methodology
    and score.rule_family <> 'event'
    and score.status in ('not_collected', 'quarantined', 'to_be_assessed', 'verified')
group by all
order by score.status, unit_count desc, score.measure_code
