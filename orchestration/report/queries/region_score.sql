-- zh: 本地区及其下级地区、上级地区与{whole}的平均分、名次、与{whole}平均和最高地区的差距、与上一年的变化
-- en: Means, ranks, gaps to the mean of {whole} and the best region, and change on the year before, of the region, the regions directly below it, those above it and {whole}

with regions as (

    select region_code
    from marts.dim_region
    where region_code in ($region, $nation)
        or parent_region_code = $region
        or region_code in (select parent_region_code from marts.dim_region where region_code = $region)

),

levels as (

    select
        region_level,
        node_code,
        count(rank_in_level) as ranked_region_count,
        count(*) filter (rank_in_level = 1) as best_region_count
    from marts.region_score
    where methodology_code = $methodology
    group by region_level, node_code

)

select
    score.region_code,
    score.region_level,
    coalesce(score.parent_region_code, '') as parent_region_code,
    score.parent_region_code is not distinct from $region as is_below,
    score.region_code = $region as is_own,
    score.region_name_zh,
    score.region_name_en,
    score.node_code,
    score.node_level,
    score.full_mark,
    score.mean_of_units,
    score.mean_of_subregions,
    case when node.min_mark < 0 then null else score.score_rate end as score_rate,
    score.min_score,
    score.max_score,
    score.unit_count,
    score.scored_unit_count,
    score.rank_in_level,
    score.rank_within_parent,
    levels.ranked_region_count,
    levels.best_region_count,
    comparison.national_mean_of_units,
    comparison.national_mean_of_subregions,
    case
        when node.min_mark < 0 then null
        else cast(comparison.national_mean_of_subregions / nullif(score.full_mark, 0) as decimal(18, 10))
    end as national_score_rate,
    comparison.gap_to_national_mean_of_units,
    comparison.gap_to_national_mean_of_subregions,
    coalesce(comparison.best_region_code, '') as best_region_code,
    coalesce(comparison.best_region_name_zh, '') as best_region_name_zh,
    coalesce(comparison.best_region_name_en, '') as best_region_name_en,
    comparison.best_mean_of_units,
    cast(comparison.best_mean_of_units / nullif(score.full_mark, 0) as decimal(18, 10)) as best_score_rate,
    comparison.gap_to_best,
    comparison.previous_assessment_year,
    comparison.previous_mean_of_units,
    comparison.change_from_previous,
    case
        when comparison.gap_to_national_mean_of_subregions > 0 then 'above'
        when comparison.gap_to_national_mean_of_subregions < 0 then 'below'
        when comparison.gap_to_national_mean_of_subregions = 0 then 'equal'
        else 'unknown'
    end as nation_side,
    case
        when comparison.change_from_previous > 0 then 'above'
        when comparison.change_from_previous < 0 then 'below'
        when comparison.change_from_previous = 0 then 'equal'
        else 'unknown'
    end as change_side,
    coalesce(score.min_score = score.full_mark, false) as is_full
from marts.region_score as score
inner join regions
    on score.region_code = regions.region_code
inner join levels
    on score.region_level = levels.region_level
    and score.node_code = levels.node_code
left join marts.dim_indicator as node
    on score.methodology_code = node.methodology_code
    and score.node_code = node.node_code
left join marts.region_comparison as comparison
    on score.methodology_code = comparison.methodology_code
    and score.region_code = comparison.region_code
    and score.node_code = comparison.node_code
where score.methodology_code = $methodology
    and (score.node_level <= 1 or score.region_code in ($region, $nation))
order by score.region_level, score.region_code, score.node_level, score.node_code
