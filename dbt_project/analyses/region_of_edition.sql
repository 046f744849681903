-- Drafts the rows of seeds/geography/region.csv for one edition of county_integrity: the nation, and the provinces and
-- prefectures valid on the edition's frame date that have a unit of the frame below them.
-- Grain: one row a region. A prefecture-level city without county-level divisions is a unit, not a region.
--
-- A new edition: once its rows are in seeds/geography/assessment_frame.csv and the seeds are loaded,
--   dbt compile --select region_of_edition --vars '{frame_assessment_year: 2026}'
-- and append the result of the compiled query to the CSV.
with editions as (

    select * from {{ ref('edition') }}
    where series_code = 'county_integrity'
        and assessment_year = {{ var('frame_assessment_year', 2019) }}

),

frames as (

    select * from {{ ref('assessment_frame') }}

),

divisions as (

    select * from {{ ref('division_history') }}

),

regions_with_units as (

    select distinct frames.region_code
    from frames
    inner join editions
        on frames.series_code = editions.series_code
        and frames.assessment_year = editions.assessment_year

),

valid_regions as (

    select
        editions.series_code,
        editions.assessment_year,
        divisions.code as region_code,
        divisions.level as region_level,
        divisions.parent_code as parent_region_code,
        divisions.name_zh,
        divisions.name_en
    from editions
    inner join divisions
        on editions.frame_date >= divisions.valid_from
        and (divisions.valid_to is null or editions.frame_date < divisions.valid_to)
    where divisions.level in ('province', 'prefecture')

),

prefectures as (

    select valid_regions.*
    from valid_regions
    inner join regions_with_units
        on valid_regions.region_code = regions_with_units.region_code
    where valid_regions.region_level = 'prefecture'

),

-- a province has units directly below it, or prefectures that have some, or both
provinces_above_units as (

    select region_code from regions_with_units

    union

    select parent_region_code from prefectures

),

provinces as (

    select valid_regions.*
    from valid_regions
    inner join provinces_above_units
        on valid_regions.region_code = provinces_above_units.region_code
    where valid_regions.region_level = 'province'

),

nations as (

    select
        series_code,
        assessment_year,
        '000000' as region_code,
        'nation' as region_level,
        cast(null as varchar) as parent_region_code,
        '全国' as name_zh,
        'China' as name_en
    from editions

),

regions as (

    select * from nations

    union all

    select * from provinces

    union all

    select * from prefectures

)

select
    series_code,
    assessment_year,
    region_code,
    region_level,
    parent_region_code,
    name_zh,
    name_en
from regions
order by region_code
