{{ config(materialized="by_edition") }}

with region_scores as (

    select * from {{ ref('int_region_node_score') }}

),

regions as (

    select * from {{ ref('dim_region') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

base_marks as (

    select
        dimensions.methodology_code,
        case
            when roots.aggregation = 'sum' then coalesce(
                sum(case when dimensions.is_base then dimensions.full_mark end), roots.full_mark
            )
            else roots.full_mark
        end as base_full_mark
    from nodes as dimensions
    inner join nodes as roots
        on dimensions.methodology_code = roots.methodology_code
        and roots.depth = 0
    where dimensions.depth = 1
    group by dimensions.methodology_code, roots.aggregation, roots.full_mark

),

series as (

    select * from {{ ref('stg_series') }}

),

marked as (

    select
        region_scores.*,
        regions.parent_region_code,
        regions.name_zh as region_name_zh,
        regions.name_en as region_name_en,
        series.publication_digits,
        coalesce(nodes.depth, 0) as node_level,
        coalesce(nodes.sort_path, '000') as sort_path,
        cast(coalesce(nodes.full_mark, base_marks.base_full_mark) as decimal(9, 4)) as full_mark
    from region_scores
    inner join regions
        on region_scores.series_code = regions.series_code
        and region_scores.assessment_year = regions.assessment_year
        and region_scores.region_code = regions.region_code
    inner join series
        on region_scores.series_code = series.series_code
    inner join base_marks
        on region_scores.methodology_code = base_marks.methodology_code
    left join nodes
        on region_scores.methodology_code = nodes.methodology_code
        and region_scores.node_code = nodes.node_code

)

-- A region with no second one beside it has no rank: to be the first of one says nothing.
select
    series_code,
    assessment_year,
    methodology_code,
    region_code,
    region_level,
    parent_region_code,
    region_name_zh,
    region_name_en,
    node_code,
    node_level,
    full_mark,
    mean_of_units,
    mean_of_subregions,
    weighted_mean_of_units,
    {{ published_score('mean_of_units', 'publication_digits') }} as published_mean_of_units,
    {{ published_score('mean_of_subregions', 'publication_digits') }} as published_mean_of_subregions,
    {{ published_score('weighted_mean_of_units', 'publication_digits') }} as published_weighted_mean_of_units,
    {{ score_quotient('mean_of_units', 'full_mark', 10, 4) }} as score_rate,
    min_score,
    max_score,
    cast(unit_count as integer) as unit_count,
    cast(scored_unit_count as integer) as scored_unit_count,
    cast(member_count as integer) as member_count,
    cast(weighted_unit_count as integer) as weighted_unit_count,
    {{ share_of('weighted_unit_count', 'scored_unit_count') }} as weight_coverage,
    weight_as_of,
    cast(
        case when mean_of_units is not null and count(mean_of_units) over level_regions > 1 then rank() over (
            partition by series_code, assessment_year, methodology_code, region_level, node_code
            order by mean_of_units desc nulls last
        ) end as integer
    ) as rank_in_level,
    cast(
        case when mean_of_units is not null and count(mean_of_units) over siblings > 1 then rank() over (
            partition by series_code, assessment_year, methodology_code, region_level, parent_region_code, node_code
            order by mean_of_units desc nulls last
        ) end as integer
    ) as rank_within_parent
from marked
window
    level_regions as (partition by series_code, assessment_year, methodology_code, region_level, node_code),
    siblings as (
        partition by series_code, assessment_year, methodology_code, region_level, parent_region_code, node_code
    )
order by series_code, assessment_year, methodology_code, region_level, region_code, sort_path, node_code
