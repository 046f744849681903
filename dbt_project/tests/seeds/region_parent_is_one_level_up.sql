-- Fails for every region whose level is unknown to its series, and whose parent is not in the same edition or not at
-- the level directly above: only the root, of any level, has none. Levels strictly decrease towards the root, so this excludes cycles too.
with regions as (

    select * from {{ ref('region') }}

),

levels as (

    select * from {{ ref('region_level') }}

)

select
    regions.series_code,
    regions.assessment_year,
    regions.region_code,
    regions.region_level,
    regions.parent_region_code,
    parents.region_level as parent_region_level
from regions
left join levels
    on regions.series_code = levels.series_code
    and regions.region_level = levels.region_level
left join regions as parents
    on regions.series_code = parents.series_code
    and regions.assessment_year = parents.assessment_year
    and regions.parent_region_code = parents.region_code
left join levels as parent_levels
    on parents.series_code = parent_levels.series_code
    and parents.region_level = parent_levels.region_level
where levels.level_position is null
    or (
        regions.parent_region_code is not null
        and parent_levels.level_position is distinct from levels.level_position - 1
    )
