-- Fails for every edition that includes no unit, or that has no region root or several; and for frame rows and regions of a year that is no edition.
with editions as (

    select * from {{ ref('edition') }}

),

frames as (

    select
        series_code,
        assessment_year,
        sum(case when is_included = '1' then 1 else 0 end) as included_count
    from {{ ref('assessment_frame') }}
    group by series_code, assessment_year

),

roots as (

    select
        series_code,
        assessment_year,
        sum(case when parent_region_code is null then 1 else 0 end) as root_count
    from {{ ref('region') }}
    group by series_code, assessment_year

),

editions_with_parts as (

    select
        coalesce(editions.series_code, frames.series_code, roots.series_code) as series_code,
        coalesce(editions.assessment_year, frames.assessment_year, roots.assessment_year) as assessment_year,
        editions.series_code is not null as is_edition,
        frames.included_count,
        roots.root_count
    from editions
    full outer join frames
        on editions.series_code = frames.series_code
        and editions.assessment_year = frames.assessment_year
    full outer join roots
        on editions.series_code = roots.series_code
        and editions.assessment_year = roots.assessment_year

)

select *
from editions_with_parts
where not is_edition
    or coalesce(included_count, 0) = 0
    or coalesce(root_count, 0) <> 1
