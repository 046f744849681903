-- Fails for every region of a county_integrity edition under the code of a division that is not, by names, level and
-- parent, that division on the frame date.
with editions as (

    select * from {{ ref('edition') }}

),

regions as (

    select * from {{ ref('region') }}
    where series_code = 'county_integrity'

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
-- The nation is no division, nor is a part of it that an edition gives a code of its own.
where regions.region_code <> '000000'
    and length(regions.region_code) = 6
    and try_cast(regions.region_code as integer) is not null
    and (
        regions.name_zh is distinct from divisions.name_zh
        or regions.name_en is distinct from divisions.name_en
        or regions.region_level is distinct from divisions.level
        or (
            regions.parent_region_code in (select code from divisions)
            and regions.parent_region_code is distinct from divisions.parent_code
        )
    )
