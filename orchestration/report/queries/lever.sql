-- zh: 本地区失分最多的末级指标（含舆情事件）：补足后综合平均分可提高多少
-- en: Leaf indicators (events included) at which the region loses most: what the mean would gain if nothing were lost there

with units as (

    select unit_code
    from marts.fct_unit_score
    inner join marts.dim_unit using (unit_code)
    where methodology_code = $methodology
        and score is not null
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    lost.node_code,
    any_value(lost.node_name_zh) as node_name_zh,
    any_value(lost.node_name_en) as node_name_en,
    cast(sum(lost.points_lost) / (select count(*) from units) as decimal(18, 10)) as mean_points_lost,
    count(*) as unit_count,
    (select count(*) from units) as scored_unit_count
from marts.lost_mark as lost
inner join units
    on lost.unit_code = units.unit_code
where lost.methodology_code = $methodology
    and not lost.is_bonus
group by lost.node_code
order by mean_points_lost desc, lost.node_code
