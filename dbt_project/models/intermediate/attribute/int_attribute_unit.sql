-- A code of the day of an attribute, followed to the units of an edition: forward along successions, where several areas
-- may have become one unit; backward, when the attribute is later than the edition, only where one became one.
with recursive editions as (

    select
        series_code,
        assessment_year,
        frame_date,
        extract(year from frame_date) as frame_year
    from {{ ref('int_edition') }}

),

units as (

    select * from {{ ref('int_unit') }}

),

areas as (

    select distinct
        area_code,
        as_of
    from {{ ref('int_area_attribute') }}
    where area_kind <> 'region'

),

links as (

    select
        change_year,
        from_code,
        to_code,
        count(*) over (partition by change_year, from_code) as successor_count,
        count(*) over (partition by change_year, to_code) as predecessor_count
    from (
        select distinct
            change_year,
            from_code,
            to_code
        from {{ ref('stg_division_change') }}
        where link_kind = 'succeeds'
    ) as distinct_links

),

starts as (

    select
        editions.series_code,
        editions.assessment_year,
        editions.frame_year,
        editions.frame_date >= areas.as_of as is_before,
        areas.area_code,
        areas.as_of,
        extract(year from areas.as_of) as area_year,
        units.unit_code
    from editions
    cross join areas
    left join units
        on editions.series_code = units.series_code
        and editions.assessment_year = units.assessment_year
        and areas.area_code = units.unit_code

),

-- The year of the attribute counts as not yet passed: a census within it prints the codes before and after a change.
followed as (

    select
        series_code,
        assessment_year,
        frame_year,
        is_before,
        area_code,
        as_of,
        area_code as code,
        case when is_before then area_year - 1 else area_year + 1 end as link_year
    from starts
    where unit_code is null

    union all

    select
        followed.series_code,
        followed.assessment_year,
        followed.frame_year,
        followed.is_before,
        followed.area_code,
        followed.as_of,
        case when followed.is_before then links.to_code else links.from_code end as code,
        links.change_year as link_year
    from followed
    inner join links
        on (
            followed.is_before
            and followed.code = links.from_code
            and links.change_year > followed.link_year
            and links.change_year <= followed.frame_year
            and links.successor_count = 1
        )
        or (
            not followed.is_before
            and followed.code = links.to_code
            and links.change_year < followed.link_year
            and links.change_year > followed.frame_year
            and links.successor_count = 1
            and links.predecessor_count = 1
        )
    where links.from_code <> links.to_code

)

select
    series_code,
    assessment_year,
    area_code,
    as_of,
    unit_code,
    is_before
from starts
where unit_code is not null

union

select
    followed.series_code,
    followed.assessment_year,
    followed.area_code,
    followed.as_of,
    units.unit_code,
    followed.is_before
from followed
inner join units
    on followed.series_code = units.series_code
    and followed.assessment_year = units.assessment_year
    and followed.code = units.unit_code
