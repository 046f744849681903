{{ config(materialized="by_edition") }}

with node_scores as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        score
    from {{ ref('int_node_score') }}

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        'base' as node_code,
        base_score as score
    from {{ ref('int_unit_score') }}

),

unit_regions as (

    select * from {{ ref('int_unit_region') }}

),

regions as (

    select * from {{ ref('int_region') }}

),

weights as (

    select * from {{ ref('int_unit_weight') }}

),

unit_means as (

    select
        node_scores.series_code,
        node_scores.assessment_year,
        node_scores.methodology_code,
        unit_regions.region_code,
        unit_regions.region_level,
        node_scores.node_code,
        count(*) as unit_count,
        count(node_scores.score) as scored_unit_count,
        {{ mean_of('node_scores.score') }} as mean_of_units,
        count(case when node_scores.score is not null then weights.weight end) as weighted_unit_count,
        {{ score_quotient(
            'sum(cast(node_scores.score as decimal(20, 10)) * weights.weight)',
            'sum(case when node_scores.score is not null then weights.weight end)', 14, 4
        ) }} as weighted_mean_of_units,
        min(weights.as_of) as weight_as_of,
        min(node_scores.score) as min_score,
        max(node_scores.score) as max_score
    from node_scores
    inner join unit_regions
        on node_scores.series_code = unit_regions.series_code
        and node_scores.assessment_year = unit_regions.assessment_year
        and node_scores.unit_code = unit_regions.unit_code
    left join weights
        on node_scores.series_code = weights.series_code
        and node_scores.assessment_year = weights.assessment_year
        and node_scores.unit_code = weights.unit_code
    group by
        node_scores.series_code,
        node_scores.assessment_year,
        node_scores.methodology_code,
        unit_regions.region_code,
        unit_regions.region_level,
        node_scores.node_code

),

-- What lies directly below a region: sub-regions by their mean, and units that have no sub-region above them.
direct_members as (

    select
        unit_means.series_code,
        unit_means.assessment_year,
        unit_means.methodology_code,
        regions.parent_region_code as region_code,
        unit_means.node_code,
        unit_means.mean_of_units as member_score
    from unit_means
    inner join regions
        on unit_means.series_code = regions.series_code
        and unit_means.assessment_year = regions.assessment_year
        and unit_means.region_code = regions.region_code
    where regions.parent_region_code is not null

    union all

    select
        node_scores.series_code,
        node_scores.assessment_year,
        node_scores.methodology_code,
        unit_regions.region_code,
        node_scores.node_code,
        node_scores.score as member_score
    from node_scores
    inner join unit_regions
        on node_scores.series_code = unit_regions.series_code
        and node_scores.assessment_year = unit_regions.assessment_year
        and node_scores.unit_code = unit_regions.unit_code
        and unit_regions.is_directly_above

),

member_means as (

    select
        series_code,
        assessment_year,
        methodology_code,
        region_code,
        node_code,
        count(member_score) as member_count,
        {{ mean_of('member_score') }} as mean_of_subregions
    from direct_members
    group by series_code, assessment_year, methodology_code, region_code, node_code

)

select
    unit_means.series_code,
    unit_means.assessment_year,
    unit_means.methodology_code,
    unit_means.region_code,
    unit_means.region_level,
    unit_means.node_code,
    unit_means.unit_count,
    unit_means.scored_unit_count,
    unit_means.mean_of_units,
    member_means.member_count,
    member_means.mean_of_subregions,
    unit_means.weighted_mean_of_units,
    unit_means.weighted_unit_count,
    unit_means.weight_as_of,
    unit_means.min_score,
    unit_means.max_score
from unit_means
inner join member_means
    on unit_means.series_code = member_means.series_code
    and unit_means.assessment_year = member_means.assessment_year
    and unit_means.methodology_code = member_means.methodology_code
    and unit_means.region_code = member_means.region_code
    and unit_means.node_code = member_means.node_code
