with recursive series as (

    select series_code from {{ ref('int_as_of') }}

),

regions as (

    select series_code, assessment_year, region_code, parent_region_code
    from {{ ref('stg_region') }}
    inner join series using (series_code)

),

units as (

    select series_code, assessment_year, region_code, unit_code
    from {{ ref('stg_assessment_frame') }}
    inner join series using (series_code)

),

paths as (

    select
        series_code,
        assessment_year,
        region_code,
        region_code as within_code,
        parent_region_code as next_region_code
    from regions

    union all

    select
        paths.series_code,
        paths.assessment_year,
        paths.region_code,
        regions.region_code as within_code,
        regions.parent_region_code as next_region_code
    from paths
    inner join regions
        on paths.series_code = regions.series_code
        and paths.assessment_year = regions.assessment_year
        and paths.next_region_code = regions.region_code

)

select series_code, assessment_year, 'region' as place_kind, region_code as place_code, within_code
from paths

union all

select series_code, assessment_year, 'unit' as place_kind, unit_code as place_code, unit_code as within_code
from units

union all

select series_code, assessment_year, 'unit' as place_kind, units.unit_code as place_code, paths.within_code
from units
inner join paths using (series_code, assessment_year, region_code)
order by series_code, assessment_year, place_kind, place_code, within_code
