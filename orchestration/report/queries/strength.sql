-- zh: 本地区二级指标中高于{whole}平均最多的与低于{whole}平均最多的（全部地区的报告：得分率最高与最低的）；不足三项的，补以失分最多的末级指标与其他方法下得分率最低的末级指标
-- en: Second-level indicators furthest above and furthest below the mean of {whole} (of the whole: highest and lowest score rates); where fewer than three are below, leaves that lose most, then leaves with the lowest rates under other methodologies

with scope as (

    select $region = $nation or region_level <> 'nation' as is_alone
    from marts.dim_region
    where region_code = $nation

),

units as (

    select unit_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

second_level as (

    select
        comparison.node_code,
        case when scope.is_alone then score.score_rate else comparison.gap_to_national_mean_of_subregions end as measure,
        comparison.gap_to_national_mean_of_subregions as gap,
        score.score_rate,
        node.sort_path
    from marts.region_comparison as comparison
    cross join scope
    inner join marts.region_score as score
        on comparison.methodology_code = score.methodology_code
        and comparison.region_code = score.region_code
        and comparison.node_code = score.node_code
    inner join marts.dim_indicator as node
        on comparison.methodology_code = node.methodology_code
        and comparison.node_code = node.node_code
    where comparison.methodology_code = $methodology
        and comparison.region_code = $region
        and node.node_level = 2
        and score.mean_of_units is not null
        and (node.is_base or not scope.is_alone)

),

leaves as (

    select
        indicator.methodology_code,
        indicator.node_code,
        node.sort_path,
        cast(sum(node.full_mark - indicator.score) / count(*) as decimal(18, 10)) as mean_points_lost,
        cast(sum(indicator.score_rate) / count(*) as decimal(18, 10)) as score_rate
    from marts.fct_indicator_score as indicator
    inner join units
        on indicator.unit_code = units.unit_code
    inner join marts.dim_indicator as node
        on indicator.methodology_code = node.methodology_code
        and indicator.node_code = node.node_code
    where node.is_leaf
        and node.is_base
        and indicator.score is not null
    group by all

),

candidates as (

    select 'strength' as kind, 'nation' as basis, $methodology as methodology_code, node_code, gap, score_rate,
        cast(null as decimal(18, 10)) as mean_points_lost, 1 as priority, -measure as weight, sort_path
    from second_level
    where measure > 0

    union all

    select 'weakness', 'nation', $methodology, node_code, gap, score_rate, null, 1, measure, sort_path
    from second_level
    where measure < 0 or (measure < 1 and (select is_alone from scope))

    union all

    select 'weakness', 'loss', methodology_code, node_code, null, score_rate, mean_points_lost, 2,
        -mean_points_lost, sort_path
    from leaves
    where methodology_code = $methodology
        and mean_points_lost > 0
        and not (select is_alone from scope)
        and not exists (
            select 1 from second_level where measure < 0 and starts_with(leaves.sort_path, second_level.sort_path || '.')
        )

    union all

    select 'weakness', 'other_method', methodology_code, node_code, null, score_rate, mean_points_lost, 3, score_rate, sort_path
    from leaves
    where methodology_code <> $methodology
        and score_rate < 1

)

select kind, basis, methodology_code, node_code, gap, score_rate, mean_points_lost
from candidates
qualify row_number() over (partition by kind order by priority, weight, methodology_code, sort_path) <= 3
order by kind, priority, weight, methodology_code, sort_path
