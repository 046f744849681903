{{ config(materialized="view") }}

with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

unit_regions as (

    select * from {{ ref('int_unit_region') }}

),

targets as (

    select distinct
        target_number,
        series_code,
        assessment_year
    from subjects

)

-- The circles in which a unit is ranked: every region above it.
select
    targets.target_number,
    unit_regions.unit_code,
    unit_regions.region_level as scope_kind,
    unit_regions.region_code as scope_code,
    unit_regions.is_root
from targets
inner join unit_regions
    on targets.series_code = unit_regions.series_code
    and targets.assessment_year = unit_regions.assessment_year
