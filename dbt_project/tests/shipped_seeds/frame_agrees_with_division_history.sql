-- Fails for every unit of a county_integrity frame that is not, by code, names, type and region, a county-level
-- division or a prefecture-level city without any on the frame date, and for every such division of the regions that the
-- edition states which the frame lacks.
with editions as (

    select * from {{ ref('edition') }}
    where series_code = 'county_integrity'

),

frames as (

    select * from {{ ref('assessment_frame') }}
    where series_code = 'county_integrity'

),

divisions as (

    select * from {{ ref('division_history') }}

),

-- A region under a division's code stands for the whole of it; a part of it takes a code of its own.
stated_regions as (

    select
        assessment_year,
        region_code
    from {{ ref('region') }}
    where series_code = 'county_integrity'

),

valid_divisions as (

    select
        editions.assessment_year,
        divisions.code as unit_code,
        divisions.name_zh,
        divisions.name_en,
        divisions.unit_type,
        divisions.level,
        divisions.prefecture_code,
        divisions.province_code
    from editions
    inner join divisions
        on editions.frame_date >= divisions.valid_from
        and (divisions.valid_to is null or editions.frame_date < divisions.valid_to)

),

prefectures_with_districts as (

    select distinct
        assessment_year,
        prefecture_code
    from valid_divisions
    where level = 'county'
        and prefecture_code is not null

),

expected_units as (

    select
        valid_divisions.*,
        case
            when valid_divisions.level = 'county' and valid_divisions.prefecture_code is not null
                then valid_divisions.prefecture_code
            else valid_divisions.province_code
        end as region_code
    from valid_divisions
    left join prefectures_with_districts
        on valid_divisions.assessment_year = prefectures_with_districts.assessment_year
        and valid_divisions.unit_code = prefectures_with_districts.prefecture_code
    where (
        valid_divisions.level = 'county'
        or (valid_divisions.level = 'prefecture' and prefectures_with_districts.prefecture_code is null)
    )
        and exists (
            select 1 from stated_regions
            where stated_regions.assessment_year = valid_divisions.assessment_year
                and stated_regions.region_code
                in ('000000', valid_divisions.province_code, valid_divisions.prefecture_code)
        )

)

select
    coalesce(frames.assessment_year, expected_units.assessment_year) as assessment_year,
    coalesce(frames.unit_code, expected_units.unit_code) as unit_code,
    frames.name_zh,
    expected_units.name_zh as expected_name_zh,
    frames.name_en,
    expected_units.name_en as expected_name_en,
    frames.unit_type,
    expected_units.unit_type as expected_unit_type,
    frames.region_code,
    expected_units.region_code as expected_region_code
from frames
full outer join expected_units
    on frames.assessment_year = expected_units.assessment_year
    and frames.unit_code = expected_units.unit_code
where frames.name_zh is distinct from expected_units.name_zh
    or frames.name_en is distinct from expected_units.name_en
    or frames.unit_type is distinct from expected_units.unit_type
    or frames.region_code is distinct from expected_units.region_code
