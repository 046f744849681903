with reports as (

    select * from {{ ref('stg_opinion_event') }}

),

lineages as (

    select * from {{ ref('int_unit_lineage') }}

),

traced_reports as (

    select
        reports.*,
        coalesce(lineages.lineage_code, reports.unit_code) as lineage_code
    from reports
    left join lineages
        on reports.series_code = lineages.series_code
        and reports.assessment_year = lineages.assessment_year
        and reports.unit_code = lineages.unit_code

)

-- A cluster that was reported in files of several years, under whichever codes of its unit, is one event of the year in
-- which it happened.
select distinct
    series_code,
    assessment_year,
    unit_code,
    cluster_code,
    first_value(assessment_year) over event as event_assessment_year,
    first_value(unit_code) over event as event_unit_code
from traced_reports
window event as (
    partition by series_code, lineage_code, cluster_code
    order by event_date, assessment_year, unit_code
)
