-- Of every frame, observed or not: an event of a year that nobody has observed yet belongs to its unit's history too.
with recursive units as (

    select
        frames.series_code,
        frames.assessment_year,
        frames.unit_code,
        intervals.previous_assessment_year,
        succession.previous_unit_code
    from {{ ref('stg_assessment_frame') }} as frames
    left join {{ ref('int_edition_interval') }} as intervals
        on frames.series_code = intervals.series_code
        and frames.assessment_year = intervals.assessment_year
    left join {{ ref('int_unit_succession') }} as succession
        on frames.series_code = succession.series_code
        and frames.assessment_year = succession.assessment_year
        and frames.unit_code = succession.unit_code

),

lineages as (

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        units.unit_code || '@' || cast(units.assessment_year as varchar) as lineage_code
    from units
    where units.previous_unit_code is null

    union all

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        lineages.lineage_code
    from lineages
    inner join units
        on lineages.series_code = units.series_code
        and lineages.assessment_year = units.previous_assessment_year
        and lineages.unit_code = units.previous_unit_code

)

select
    series_code,
    assessment_year,
    unit_code,
    lineage_code
from lineages
