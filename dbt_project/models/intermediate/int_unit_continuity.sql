with units as (

    select * from {{ ref('int_unit') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

succession as (

    select * from {{ ref('int_unit_succession') }}

),

previous_units as (

    select
        editions.series_code,
        editions.assessment_year,
        units.unit_code,
        units.name_zh
    from editions
    inner join units
        on editions.series_code = units.series_code
        and editions.previous_assessment_year = units.assessment_year

),

frame_years as (

    select
        editions.series_code,
        editions.assessment_year,
        extract(year from previous_editions.frame_date) as previous_frame_year,
        extract(year from editions.frame_date) as frame_year
    from editions
    inner join editions as previous_editions
        on editions.series_code = previous_editions.series_code
        and editions.previous_assessment_year = previous_editions.assessment_year

),

links as (

    select
        frame_years.series_code,
        frame_years.assessment_year,
        changes.from_code,
        changes.to_code
    from frame_years
    inner join {{ ref('stg_division_change') }} as changes
        on frame_years.previous_frame_year < changes.change_year
        and frame_years.frame_year >= changes.change_year
        and changes.link_kind = 'succeeds'
    group by frame_years.series_code, frame_years.assessment_year, changes.from_code, changes.to_code

),

-- A code that goes on keeps what it was; all other codes that lead to a unit come on top of it.
predecessors as (

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        previous_units.unit_code as predecessor_code
    from units
    inner join previous_units
        on units.series_code = previous_units.series_code
        and units.assessment_year = previous_units.assessment_year
        and units.unit_code = previous_units.unit_code

    union

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        links.from_code as predecessor_code
    from units
    inner join links
        on units.series_code = links.series_code
        and units.assessment_year = links.assessment_year
        and units.unit_code = links.to_code

),

counted as (

    select
        *,
        count(*) over (partition by series_code, assessment_year, unit_code) as predecessor_count,
        count(*) over (partition by series_code, assessment_year, predecessor_code) as successor_count
    from predecessors

),

origins as (

    select
        series_code,
        assessment_year,
        unit_code,
        max(predecessor_count) as predecessor_count,
        max(successor_count) as successor_count,
        string_agg(predecessor_code, ',' order by predecessor_code) as predecessor_codes
    from counted
    group by series_code, assessment_year, unit_code

)

select
    units.series_code,
    units.assessment_year,
    units.unit_code,
    units.previous_unit_code,
    origins.predecessor_codes,
    case
        when editions.previous_assessment_year is null then 'first_edition'
        when origins.predecessor_count > 1 then 'merged'
        when origins.successor_count > 1 then 'split'
        when units.previous_unit_code is null then 'new'
        when succession.succession_kind = 'changed_code' then 'recoded'
        when units.name_zh <> previous_units.name_zh then 'renamed'
        else 'unchanged'
    end as continuity
from units
inner join editions
    on units.series_code = editions.series_code
    and units.assessment_year = editions.assessment_year
left join origins
    on units.series_code = origins.series_code
    and units.assessment_year = origins.assessment_year
    and units.unit_code = origins.unit_code
left join succession
    on units.series_code = succession.series_code
    and units.assessment_year = succession.assessment_year
    and units.unit_code = succession.unit_code
left join previous_units
    on units.series_code = previous_units.series_code
    and units.assessment_year = previous_units.assessment_year
    and units.previous_unit_code = previous_units.unit_code
