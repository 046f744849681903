with units as (

    select * from {{ ref('int_unit') }}

),

ancestors as (

    select * from {{ ref('int_region_ancestor') }}

)

select
    units.series_code,
    units.assessment_year,
    units.unit_code,
    ancestors.ancestor_region_code as region_code,
    ancestors.ancestor_region_level as region_level,
    ancestors.ancestor_region_code = units.region_code as is_directly_above,
    ancestors.is_root,
    ancestors.is_nation
from units
inner join ancestors
    on units.series_code = ancestors.series_code
    and units.assessment_year = ancestors.assessment_year
    and units.region_code = ancestors.region_code
where units.is_included
