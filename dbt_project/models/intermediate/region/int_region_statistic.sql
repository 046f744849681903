{{ config(materialized="by_edition", looks_back=true) }}

with editions as (

    select * from {{ ref('int_edition') }}

),

region_scores as (

    select
        region_scores.*
    from {{ ref('region_score') }} as region_scores
    inner join editions
        on region_scores.series_code = editions.series_code
        and region_scores.assessment_year = editions.assessment_year
        and region_scores.methodology_code = editions.primary_methodology_code

),

comparisons as (

    select
        comparisons.*
    from {{ ref('region_comparison') }} as comparisons
    inner join editions
        on comparisons.series_code = editions.series_code
        and comparisons.assessment_year = editions.assessment_year
        and comparisons.methodology_code = editions.primary_methodology_code

),

nodes as (

    select
        editions.series_code,
        editions.assessment_year,
        nodes.*
    from editions
    inner join {{ ref('int_methodology_node') }} as nodes
        on editions.primary_methodology_code = nodes.methodology_code

),

-- A region's own figures, under the names that seed.published_figure uses; the root region's code stands for the whole
-- edition.
statistics as (

    select series_code, assessment_year, region_code, node_code, 'mean_of_units' as statistic, mean_of_units as value
    from region_scores

    union all

    select series_code, assessment_year, region_code, node_code, 'mean_of_subregions', mean_of_subregions
    from region_scores

    union all

    select series_code, assessment_year, region_code, node_code, 'weighted_mean_of_units', weighted_mean_of_units
    from region_scores

    union all

    select
        region_scores.series_code,
        region_scores.assessment_year,
        region_scores.region_code,
        nodes.node_code,
        'base_mean_of_units',
        region_scores.mean_of_units
    from region_scores
    inner join nodes
        on region_scores.series_code = nodes.series_code
        and region_scores.assessment_year = nodes.assessment_year
        and nodes.depth = 0
    where region_scores.node_code = 'base'

    union all

    select series_code, assessment_year, region_code, node_code, 'score_rate', 100 * score_rate
    from region_scores

    union all

    select series_code, assessment_year, region_code, node_code, 'rank_within_parent', rank_within_parent
    from region_scores

    union all

    select
        series_code, assessment_year, region_code, node_code, 'at_full_mark', case when min_score = full_mark then 1 else 0 end
    from region_scores

    union all

    select series_code, assessment_year, region_code, node_code, 'gap_to_national', gap_to_national_mean_of_subregions
    from comparisons

    union all

    select series_code, assessment_year, region_code, node_code, 'gap_to_best', gap_to_best
    from comparisons

    union all

    select
        region_scores.series_code,
        region_scores.assessment_year,
        region_scores.region_code,
        children.parent_node_code,
        'child_node_count',
        count(*)
    from (select distinct series_code, assessment_year, region_code from region_scores) as region_scores
    inner join nodes as children
        on region_scores.series_code = children.series_code
        and region_scores.assessment_year = children.assessment_year
    where children.parent_node_code is not null
    group by
        region_scores.series_code,
        region_scores.assessment_year,
        region_scores.region_code,
        children.parent_node_code

    union all

    select * from {{ ref('int_frame_statistic') }}

)

select
    series_code,
    assessment_year,
    region_code,
    node_code,
    statistic,
    cast(value as decimal(18, 10)) as value
from statistics
