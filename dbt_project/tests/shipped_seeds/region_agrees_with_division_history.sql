-- Fails for every province and prefecture of a county_integrity edition that is not, by code, names, level and parent,
-- a division valid on the frame date.
with editions as (

    select * from {{ ref('edition') }}

),

regions as (

    select * from {{ ref('region') }}
    where series_code = 'county_integrity'
        and parent_region_code is not null

),

divisions as (

    select * from {{ ref('division_history') }}

)

select
    regions.assessment_year,
    regions.region_code,
    regions.name_zh,
    divisions.name_zh as expected_name_zh
from regions
inner join editions
    on regions.series_code = editions.series_code
    and regions.assessment_year = editions.assessment_year
left join divisions
    on regions.region_code = divisions.code
    and editions.frame_date >= divisions.valid_from
    and (divisions.valid_to is null or editions.frame_date < divisions.valid_to)
where regions.name_zh is distinct from divisions.name_zh
    or regions.name_en is distinct from divisions.name_en
    or regions.region_level is distinct from divisions.level
    or regions.parent_region_code is distinct from divisions.parent_code
