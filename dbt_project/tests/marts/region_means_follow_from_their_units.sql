-- Fails with each region whose two means are not, to the last digit, what the unit facts and the geography of dim_unit and
-- dim_region give: mean_of_units over all scored units below it, mean_of_subregions over what lies directly below it.
-- Composite, base and dimensions; indicators are averaged by the same SQL.
{{ config(tags=['release_gate'], meta={'gate': 'parts_equal_wholes', 'by_edition': true}) }}

with recursive unit_scores as (

    select
        units.series_code,
        units.assessment_year,
        units.methodology_code,
        units.unit_code,
        roots.node_code,
        units.score
    from {{ ref('fct_unit_score') }} as units
    inner join {{ ref('dim_indicator') }} as roots
        on units.methodology_code = roots.methodology_code
        and roots.node_level = 0

    union all

    select series_code, assessment_year, methodology_code, unit_code, 'base' as node_code, base_score as score
    from {{ ref('fct_unit_score') }}

    union all

    select series_code, assessment_year, methodology_code, unit_code, node_code, score
    from {{ ref('fct_dimension_score') }}

),

regions as (

    select * from {{ ref('dim_region') }}

),

-- The region directly above a unit, and all above that one.
unit_regions as (

    select series_code, assessment_year, unit_code, region_code
    from {{ ref('dim_unit') }}
    where is_included

    union all

    select
        unit_regions.series_code,
        unit_regions.assessment_year,
        unit_regions.unit_code,
        regions.parent_region_code as region_code
    from unit_regions
    inner join regions
        on unit_regions.series_code = regions.series_code
        and unit_regions.assessment_year = regions.assessment_year
        and unit_regions.region_code = regions.region_code
    where regions.parent_region_code is not null

),

region_totals as (

    select
        unit_scores.series_code,
        unit_scores.assessment_year,
        unit_scores.methodology_code,
        unit_scores.node_code,
        unit_regions.region_code,
        sum(unit_scores.score) as total,
        count(unit_scores.score) as scored_count,
        count(*) as unit_count
    from unit_scores
    inner join unit_regions
        on unit_scores.series_code = unit_regions.series_code
        and unit_scores.assessment_year = unit_regions.assessment_year
        and unit_scores.unit_code = unit_regions.unit_code
    group by
        unit_scores.series_code,
        unit_scores.assessment_year,
        unit_scores.methodology_code,
        unit_scores.node_code,
        unit_regions.region_code

),

unit_means as (

    select
        *,
        {{ score_quotient('total', 'scored_count', 10, 0) }} as mean_of_units
    from region_totals

),

members as (

    select
        unit_means.series_code,
        unit_means.assessment_year,
        unit_means.methodology_code,
        unit_means.node_code,
        regions.parent_region_code as region_code,
        unit_means.mean_of_units as member_score
    from unit_means
    inner join regions
        on unit_means.series_code = regions.series_code
        and unit_means.assessment_year = regions.assessment_year
        and unit_means.region_code = regions.region_code
    where regions.parent_region_code is not null

    union all

    select
        unit_scores.series_code,
        unit_scores.assessment_year,
        unit_scores.methodology_code,
        unit_scores.node_code,
        units.region_code,
        unit_scores.score as member_score
    from unit_scores
    inner join {{ ref('dim_unit') }} as units
        on unit_scores.series_code = units.series_code
        and unit_scores.assessment_year = units.assessment_year
        and unit_scores.unit_code = units.unit_code
    where units.is_included

),

member_means as (

    select
        series_code,
        assessment_year,
        methodology_code,
        node_code,
        region_code,
        count(member_score) as member_count,
        {{ mean_of('member_score') }} as mean_of_subregions
    from members
    group by series_code, assessment_year, methodology_code, node_code, region_code

),

expected as (

    select
        unit_means.*,
        member_means.member_count,
        member_means.mean_of_subregions
    from unit_means
    inner join member_means
        on unit_means.series_code = member_means.series_code
        and unit_means.assessment_year = member_means.assessment_year
        and unit_means.methodology_code = member_means.methodology_code
        and unit_means.node_code = member_means.node_code
        and unit_means.region_code = member_means.region_code

),

region_scores as (

    select * from {{ ref('region_score') }}
    where node_level <= 1

)

select
    coalesce(expected.series_code, region_scores.series_code) as series_code,
    coalesce(expected.assessment_year, region_scores.assessment_year) as assessment_year,
    coalesce(expected.methodology_code, region_scores.methodology_code) as methodology_code,
    coalesce(expected.region_code, region_scores.region_code) as region_code,
    coalesce(expected.node_code, region_scores.node_code) as node_code,
    region_scores.unit_count,
    expected.unit_count as expected_unit_count,
    region_scores.mean_of_units,
    expected.mean_of_units as expected_mean_of_units,
    region_scores.mean_of_subregions,
    expected.mean_of_subregions as expected_mean_of_subregions
from expected
full outer join region_scores
    on expected.series_code = region_scores.series_code
    and expected.assessment_year = region_scores.assessment_year
    and expected.methodology_code = region_scores.methodology_code
    and expected.region_code = region_scores.region_code
    and expected.node_code = region_scores.node_code
where expected.mean_of_units is distinct from region_scores.mean_of_units
    or expected.mean_of_subregions is distinct from region_scores.mean_of_subregions
    or expected.unit_count is distinct from region_scores.unit_count
    or expected.scored_count is distinct from region_scores.scored_unit_count
    or expected.member_count is distinct from region_scores.member_count
