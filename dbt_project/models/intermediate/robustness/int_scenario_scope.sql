{{ config(materialized="view") }}

with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

units as (

    select * from {{ ref('int_scenario_unit') }}

),

unit_regions as (

    select * from {{ ref('int_unit_region') }}

)

-- The circles in which a unit is ranked: every region above it.
select
    units.subject_number,
    units.unit_place,
    unit_regions.region_level as scope_kind,
    unit_regions.region_code as scope_code,
    unit_regions.is_root
from subjects
inner join units
    on subjects.subject_number = units.subject_number
inner join unit_regions
    on subjects.series_code = unit_regions.series_code
    and subjects.assessment_year = unit_regions.assessment_year
    and units.unit_code = unit_regions.unit_code
where units.is_ranked
