-- zh: 本地区及其下级地区、上级地区与全国的平均分、名次、与全国平均和最高地区的差距、与上一年的变化
-- en: Means, ranks, gaps to the national mean and the best region, and change on the year before, of the region, the regions directly below it, those above it and the nation

with regions as (

    select region_code
    from marts.dim_region
    where region_code in ($region, $nation)
        or parent_region_code = $region
        or region_code in (select parent_region_code from marts.dim_region where region_code = $region)

),

ties as (

    select
        region_code,
        node_code,
        count(*) over (partition by parent_region_code, node_code, rank_within_parent) as tied_within_parent
    from marts.region_score
    where methodology_code = $methodology
        and rank_within_parent is not null

)

select
    score.region_code,
    score.region_level,
    coalesce(score.parent_region_code, '') as parent_region_code,
    score.region_name_zh,
    score.region_name_en,
    score.node_code,
    score.node_level,
    score.full_mark,
    score.mean_of_units,
    score.mean_of_subregions,
    score.score_rate,
    score.min_score,
    score.max_score,
    score.unit_count,
    score.scored_unit_count,
    score.rank_in_level,
    score.rank_within_parent,
    coalesce(ties.tied_within_parent, 0) as tied_within_parent,
    comparison.national_mean_of_units,
    comparison.national_mean_of_subregions,
    cast(comparison.national_mean_of_subregions / nullif(score.full_mark, 0) as decimal(18, 10))
        as national_score_rate,
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
    comparison.change_from_previous
from marts.region_score as score
inner join regions
    on score.region_code = regions.region_code
left join ties
    on score.region_code = ties.region_code
    and score.node_code = ties.node_code
left join marts.region_comparison as comparison
    on score.methodology_code = comparison.methodology_code
    and score.region_code = comparison.region_code
    and score.node_code = comparison.node_code
where score.methodology_code = $methodology
    and (score.node_level <= 1 or score.region_code in ($region, $nation))
order by score.region_level, score.region_code, score.node_level, score.node_code
