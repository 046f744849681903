with recursive regions as (

    select * from {{ ref('int_region') }}

),

ancestors as (

    select
        regions.series_code,
        regions.assessment_year,
        regions.region_code,
        regions.region_code as ancestor_region_code,
        regions.region_level as ancestor_region_level,
        regions.parent_region_code as next_region_code,
        regions.is_nation
    from regions

    union all

    select
        ancestors.series_code,
        ancestors.assessment_year,
        ancestors.region_code,
        regions.region_code as ancestor_region_code,
        regions.region_level as ancestor_region_level,
        regions.parent_region_code as next_region_code,
        regions.is_nation
    from ancestors
    inner join regions
        on ancestors.series_code = regions.series_code
        and ancestors.assessment_year = regions.assessment_year
        and ancestors.next_region_code = regions.region_code

)

select
    series_code,
    assessment_year,
    region_code,
    ancestor_region_code,
    ancestor_region_level,
    next_region_code is null as is_root,
    is_nation
from ancestors
