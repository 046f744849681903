-- The territory of an edition is the smallest region that holds every unit that it assesses: what is stated above or
-- beside it has nothing to be compared with, so that an edition of one province is never one of the nation.
with recursive regions as (

    select regions.*
    from {{ ref('stg_region') }} as regions
    inner join {{ ref('int_edition') }} as editions
        on regions.series_code = editions.series_code
        and regions.assessment_year = editions.assessment_year

),

levels as (

    select * from {{ ref('stg_region_level') }}

),

unit_counts as (

    select
        series_code,
        assessment_year,
        region_code,
        count(*) as unit_count
    from {{ ref('stg_assessment_frame') }}
    where is_included
    group by series_code, assessment_year, region_code

),

frame_sizes as (

    select
        series_code,
        assessment_year,
        sum(unit_count) as unit_count
    from unit_counts
    group by series_code, assessment_year

),

paths as (

    select
        regions.series_code,
        regions.assessment_year,
        regions.region_code,
        regions.region_level,
        regions.parent_region_code,
        unit_counts.unit_count
    from unit_counts
    inner join regions
        on unit_counts.series_code = regions.series_code
        and unit_counts.assessment_year = regions.assessment_year
        and unit_counts.region_code = regions.region_code

    union all

    select
        regions.series_code,
        regions.assessment_year,
        regions.region_code,
        regions.region_level,
        regions.parent_region_code,
        paths.unit_count
    from paths
    inner join regions
        on paths.series_code = regions.series_code
        and paths.assessment_year = regions.assessment_year
        and paths.parent_region_code = regions.region_code

),

whole_regions as (

    select
        paths.series_code,
        paths.assessment_year,
        paths.region_code,
        paths.region_level
    from paths
    inner join frame_sizes
        on paths.series_code = frame_sizes.series_code
        and paths.assessment_year = frame_sizes.assessment_year
    group by
        paths.series_code, paths.assessment_year, paths.region_code, paths.region_level, frame_sizes.unit_count
    having sum(paths.unit_count) = frame_sizes.unit_count

),

roots as (

    select
        whole_regions.series_code,
        whole_regions.assessment_year,
        whole_regions.region_code
    from whole_regions
    inner join levels
        on whole_regions.series_code = levels.series_code
        and whole_regions.region_level = levels.region_level
    qualify row_number() over (
        partition by whole_regions.series_code, whole_regions.assessment_year
        order by levels.level_position desc
    ) = 1

),

territory as (

    select
        series_code,
        assessment_year,
        region_code,
        true as is_root
    from roots

    union all

    select
        regions.series_code,
        regions.assessment_year,
        regions.region_code,
        false as is_root
    from territory
    inner join regions
        on territory.series_code = regions.series_code
        and territory.assessment_year = regions.assessment_year
        and territory.region_code = regions.parent_region_code

)

select
    regions.series_code,
    regions.assessment_year,
    regions.region_code,
    regions.region_level,
    case when not territory.is_root then regions.parent_region_code end as parent_region_code,
    regions.name_zh,
    regions.name_en,
    territory.is_root,
    -- A province or prefecture that is all there is has its ranks and means under its own level.
    territory.is_root and regions.region_level not in ('province', 'prefecture') as is_nation
from territory
inner join regions
    on territory.series_code = regions.series_code
    and territory.assessment_year = regions.assessment_year
    and territory.region_code = regions.region_code
