-- Fails for every unit of a frame whose region is not in the same edition, and for every region that has neither a
-- unit nor a region below it.
with frames as (

    select * from {{ ref('assessment_frame') }}

),

regions as (

    select * from {{ ref('region') }}

),

parents as (

    select
        series_code,
        assessment_year,
        region_code
    from frames

    union

    select
        series_code,
        assessment_year,
        parent_region_code as region_code
    from regions
    where parent_region_code is not null

)

select
    coalesce(parents.series_code, regions.series_code) as series_code,
    coalesce(parents.assessment_year, regions.assessment_year) as assessment_year,
    coalesce(parents.region_code, regions.region_code) as region_code,
    case when regions.region_code is null then 'no such region' else 'nothing below the region' end as problem
from parents
full outer join regions
    on parents.series_code = regions.series_code
    and parents.assessment_year = regions.assessment_year
    and parents.region_code = regions.region_code
where parents.region_code is null
    or regions.region_code is null
