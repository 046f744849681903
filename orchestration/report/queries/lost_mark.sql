-- zh: 各县（市、区）失分按大小排列
-- en: Marks lost by each unit, most first

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    lost.unit_code,
    lost.node_code,
    lost.full_mark,
    lost.points_lost,
    lost.lost_rank,
    count(*) over (partition by lost.unit_code) as lost_mark_count,
    coalesce(node.dimension_code, '') as dimension_code,
    lost.status,
    coalesce(lost.reason_zh, '') as reason_zh,
    coalesce(lost.reason_en, '') as reason_en
from marts.lost_mark as lost
inner join units
    on lost.unit_code = units.unit_code
inner join marts.dim_indicator as node
    on lost.methodology_code = node.methodology_code
    and lost.node_code = node.node_code
where lost.methodology_code = $methodology
    and not lost.is_bonus
order by lost.unit_code, lost.lost_rank, lost.node_code
