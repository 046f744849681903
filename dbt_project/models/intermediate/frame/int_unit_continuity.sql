with units as (

    select * from {{ ref('int_unit') }}

),

succession as (

    select * from {{ ref('int_unit_succession') }}

),

intervals as (

    select * from {{ ref('int_edition_interval') }}

),

previous_units as (

    select
        intervals.series_code,
        intervals.assessment_year,
        frames.unit_code,
        frames.name_zh
    from intervals
    inner join {{ ref('stg_assessment_frame') }} as frames
        on intervals.series_code = frames.series_code
        and intervals.previous_assessment_year = frames.assessment_year

),

links as (

    select
        intervals.series_code,
        intervals.assessment_year,
        changes.from_code,
        changes.to_code
    from intervals
    inner join {{ ref('stg_division_change') }} as changes
        on intervals.previous_frame_year < changes.change_year
        and intervals.frame_year >= changes.change_year
        and changes.link_kind = 'succeeds'
    group by intervals.series_code, intervals.assessment_year, changes.from_code, changes.to_code

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
        when intervals.previous_assessment_year is null then 'first_edition'
        when origins.predecessor_count > 1 then 'merged'
        when origins.successor_count > 1 then 'split'
        when units.previous_unit_code is null then 'new'
        when succession.succession_kind = 'changed_code' then 'recoded'
        when units.name_zh <> previous_units.name_zh then 'renamed'
        else 'unchanged'
    end as continuity
from units
left join intervals
    on units.series_code = intervals.series_code
    and units.assessment_year = intervals.assessment_year
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
