{{ config(materialized="view") }}

with subjects as (

    select * from {{ ref('int_scenario_subject') }}
    where is_default

),

intervals as (

    select * from {{ ref('int_rank_interval') }}

),

units as (

    select * from {{ ref('int_unit') }}

),

-- Each unit with the others of the region directly above it: those that its readers compare it with.
neighbours as (

    select
        intervals.subject_number,
        intervals.unit_code,
        intervals.nominal_rank,
        units.region_code
    from intervals
    inner join subjects
        on intervals.subject_number = subjects.subject_number
    inner join units
        on subjects.series_code = units.series_code
        and subjects.assessment_year = units.assessment_year
        and intervals.unit_code = units.unit_code
    where intervals.ranks is not null

)

-- The better ranked first; of two with one rank the smaller code.
select
    firsts.subject_number,
    firsts.unit_code as first_unit_code,
    seconds.unit_code as second_unit_code
from neighbours as firsts
inner join neighbours as seconds
    on firsts.subject_number = seconds.subject_number
    and firsts.region_code = seconds.region_code
    and (
        firsts.nominal_rank < seconds.nominal_rank
        or (firsts.nominal_rank = seconds.nominal_rank and firsts.unit_code < seconds.unit_code)
    )
