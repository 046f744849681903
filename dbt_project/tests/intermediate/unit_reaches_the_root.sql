-- Fails with each included unit that does not lie in exactly one root region, directly under exactly one region, or in no
-- lineage: it would be missing from ranks, means or trends.
with units as (

    select * from {{ ref('int_unit') }}

),

unit_regions as (

    select
        series_code,
        assessment_year,
        unit_code,
        sum(case when is_root then 1 else 0 end) as root_count,
        sum(case when is_directly_above then 1 else 0 end) as directly_above_count
    from {{ ref('int_unit_region') }}
    group by series_code, assessment_year, unit_code

),

lineages as (

    select * from {{ ref('int_unit_lineage') }}

)

select
    units.series_code,
    units.assessment_year,
    units.unit_code,
    unit_regions.root_count,
    unit_regions.directly_above_count,
    lineages.lineage_code
from units
left join unit_regions
    on units.series_code = unit_regions.series_code
    and units.assessment_year = unit_regions.assessment_year
    and units.unit_code = unit_regions.unit_code
left join lineages
    on units.series_code = lineages.series_code
    and units.assessment_year = lineages.assessment_year
    and units.unit_code = lineages.unit_code
where lineages.lineage_code is null
    or (units.is_included and unit_regions.root_count is distinct from 1)
    or (units.is_included and unit_regions.directly_above_count is distinct from 1)
