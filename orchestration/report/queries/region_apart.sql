-- zh: 各下级地区与本地区平均分相差最大的二级指标（高于与低于各两项）
-- en: Second-level indicators at which each region below differs most from the region's mean, two above and two below

with gaps as (

    select
        below.region_code,
        below.node_code,
        cast(below.mean_of_units - own.mean_of_units as decimal(18, 10)) as gap,
        node.sort_path
    from marts.region_score as below
    inner join marts.region_score as own
        on below.methodology_code = own.methodology_code
        and below.parent_region_code = own.region_code
        and below.node_code = own.node_code
    inner join marts.dim_indicator as node
        on below.methodology_code = node.methodology_code
        and below.node_code = node.node_code
    where below.methodology_code = $methodology
        and own.region_code = $region
        and node.node_level = 2

)

select
    region_code,
    node_code,
    gap,
    case when gap > 0 then 'above' else 'below' end as side
from gaps
where abs(gap) >= 0.005
qualify row_number() over (partition by region_code, gap > 0 order by abs(gap) desc, sort_path) <= 2
order by region_code, gap desc, sort_path
