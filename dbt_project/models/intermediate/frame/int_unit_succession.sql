with intervals as (

    select * from {{ ref('int_edition_interval') }}

),

frames as (

    select * from {{ ref('stg_assessment_frame') }}

),

previous_frames as (

    select
        intervals.series_code,
        intervals.assessment_year,
        frames.unit_code
    from intervals
    inner join frames
        on intervals.series_code = frames.series_code
        and intervals.previous_assessment_year = frames.assessment_year

),

-- What took place between the two frame dates, one link to each old and each new code only: a split or a merger has no
-- single predecessor and is left without one.
links as (

    select
        intervals.series_code,
        intervals.assessment_year,
        changes.from_code,
        changes.to_code,
        count(*) over (
            partition by intervals.series_code, intervals.assessment_year, changes.from_code
        ) as successor_count,
        count(*) over (
            partition by intervals.series_code, intervals.assessment_year, changes.to_code
        ) as predecessor_count
    from intervals
    inner join {{ ref('stg_division_change') }} as changes
        on intervals.previous_frame_year < changes.change_year
        and intervals.frame_year >= changes.change_year
        and changes.link_kind = 'succeeds'

),

same_code as (

    select
        frames.series_code,
        frames.assessment_year,
        frames.unit_code,
        previous_frames.unit_code as previous_unit_code
    from frames
    inner join previous_frames
        on frames.series_code = previous_frames.series_code
        and frames.assessment_year = previous_frames.assessment_year
        and frames.unit_code = previous_frames.unit_code

),

changed_code as (

    select
        frames.series_code,
        frames.assessment_year,
        frames.unit_code,
        links.from_code as previous_unit_code
    from frames
    inner join links
        on frames.series_code = links.series_code
        and frames.assessment_year = links.assessment_year
        and frames.unit_code = links.to_code
        and links.successor_count = 1
        and links.predecessor_count = 1
    inner join previous_frames
        on links.series_code = previous_frames.series_code
        and links.assessment_year = previous_frames.assessment_year
        and links.from_code = previous_frames.unit_code
    left join same_code
        on frames.series_code = same_code.series_code
        and frames.assessment_year = same_code.assessment_year
        and frames.unit_code = same_code.unit_code
    -- An old code that goes on keeps its history to itself.
    left join same_code as continuing
        on links.series_code = continuing.series_code
        and links.assessment_year = continuing.assessment_year
        and links.from_code = continuing.unit_code
    where same_code.unit_code is null
        and continuing.unit_code is null

)

select
    series_code,
    assessment_year,
    unit_code,
    previous_unit_code,
    'same_code' as succession_kind
from same_code

union all

select
    series_code,
    assessment_year,
    unit_code,
    previous_unit_code,
    'changed_code' as succession_kind
from changed_code
