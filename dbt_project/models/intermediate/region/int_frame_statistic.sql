{{ config(materialized="view") }}

with regions as (

    select * from {{ ref('dim_region') }}

),

nodes as (

    select
        editions.series_code,
        editions.assessment_year,
        nodes.*
    from {{ ref('int_edition') }} as editions
    inner join {{ ref('int_methodology_node') }} as nodes
        on editions.primary_methodology_code = nodes.methodology_code

)

select series_code, assessment_year, region_code, cast(null as varchar) as node_code, 'unit_count' as statistic, unit_count as value
from regions

union all

select
    regions.series_code,
    regions.assessment_year,
    regions.region_code,
    null,
    'province_count',
    (
        select count(*) from regions as provinces
        where provinces.series_code = regions.series_code
            and provinces.assessment_year = regions.assessment_year
            and provinces.region_level = 'province'
            and provinces.unit_count > 0
    )
from regions
where regions.parent_region_code is null

union all

select
    units.series_code, units.assessment_year, ancestors.ancestor_region_code, null, 'county_division_count', count(*)
from {{ ref('int_unit') }} as units
inner join {{ ref('int_region_ancestor') }} as ancestors
    on units.series_code = ancestors.series_code
    and units.assessment_year = ancestors.assessment_year
    and units.region_code = ancestors.region_code
where units.unit_type <> '地级市'
group by units.series_code, units.assessment_year, ancestors.ancestor_region_code

union all

select regions.series_code, regions.assessment_year, regions.region_code, nodes.node_code, 'full_mark', nodes.full_mark
from regions
inner join nodes
    on regions.series_code = nodes.series_code
    and regions.assessment_year = nodes.assessment_year

union all

select regions.series_code, regions.assessment_year, regions.region_code, nodes.node_code, 'min_mark', nodes.min_mark
from regions
inner join nodes
    on regions.series_code = nodes.series_code
    and regions.assessment_year = nodes.assessment_year
