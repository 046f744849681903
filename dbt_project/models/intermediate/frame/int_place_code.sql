-- A code that went before another one in the history of divisions still finds the place, whatever edition it is of.
with recursive editions as (

    select
        series_code,
        assessment_year,
        cast(extract(year from frame_date) as integer) as frame_year
    from {{ ref('int_edition') }}

),

changes as (

    select * from {{ ref('stg_division_change') }}

),

places as (

    select
        units.series_code,
        units.assessment_year,
        'unit' as place_kind,
        units.unit_code as place_code
    from {{ ref('int_unit') }} as units

    union all

    select
        regions.series_code,
        regions.assessment_year,
        'region' as place_kind,
        regions.region_code as place_code
    from {{ ref('int_region') }} as regions

),

codes as (

    select
        places.series_code,
        places.assessment_year,
        places.place_kind,
        places.place_code,
        places.place_code as division_code,
        editions.frame_year as last_year
    from places
    inner join editions
        on places.series_code = editions.series_code
        and places.assessment_year = editions.assessment_year

    union

    select
        codes.series_code,
        codes.assessment_year,
        codes.place_kind,
        codes.place_code,
        changes.from_code as division_code,
        changes.change_year as last_year
    from codes
    inner join changes
        on codes.division_code = changes.to_code
        and changes.change_year <= codes.last_year
        and changes.link_kind = 'succeeds'
        and changes.from_code <> changes.to_code

)

select
    series_code,
    assessment_year,
    place_kind,
    place_code,
    division_code,
    max(last_year) as last_year
from codes
group by series_code, assessment_year, place_kind, place_code, division_code
