with regions as (

    select * from {{ ref('int_region') }}

),

levels as (

    select * from {{ ref('stg_region_level') }}

),

unit_counts as (

    select
        units.series_code,
        units.assessment_year,
        ancestors.ancestor_region_code as region_code,
        count(*) as frame_unit_count,
        sum(case when units.is_included then 1 else 0 end) as unit_count
    from {{ ref('int_unit') }} as units
    inner join {{ ref('int_region_ancestor') }} as ancestors
        on units.series_code = ancestors.series_code
        and units.assessment_year = ancestors.assessment_year
        and units.region_code = ancestors.region_code
    group by units.series_code, units.assessment_year, ancestors.ancestor_region_code

)

select
    regions.series_code,
    regions.assessment_year,
    regions.region_code,
    regions.region_level,
    levels.level_position,
    levels.name_zh as region_level_name_zh,
    levels.name_en as region_level_name_en,
    regions.parent_region_code,
    regions.name_zh,
    regions.name_en,
    cast(coalesce(unit_counts.frame_unit_count, 0) as integer) as frame_unit_count,
    cast(coalesce(unit_counts.unit_count, 0) as integer) as unit_count
from regions
inner join levels
    on regions.series_code = levels.series_code
    and regions.region_level = levels.region_level
left join unit_counts
    on regions.series_code = unit_counts.series_code
    and regions.assessment_year = unit_counts.assessment_year
    and regions.region_code = unit_counts.region_code
order by regions.series_code, regions.assessment_year, levels.level_position, regions.region_code
