with attributes as (

    select * from {{ ref('int_unit_attribute') }}

),

definitions as (

    select * from {{ ref('stg_attribute') }}

),

units as (

    select * from {{ ref('int_unit') }}

)

select
    attributes.series_code,
    attributes.assessment_year,
    attributes.unit_code,
    units.name_zh as unit_name_zh,
    units.name_en as unit_name_en,
    attributes.attribute_code,
    definitions.name_zh as attribute_name_zh,
    definitions.name_en as attribute_name_en,
    attributes.value as attribute_value,
    definitions.measurement_unit_zh,
    definitions.measurement_unit_en,
    attributes.as_of,
    attributes.is_before as is_before_edition,
    attributes.area_count,
    attributes.source_title,
    attributes.licence,
    attributes.provenance
from attributes
inner join definitions
    on attributes.attribute_code = definitions.attribute_code
inner join units
    on attributes.series_code = units.series_code
    and attributes.assessment_year = units.assessment_year
    and attributes.unit_code = units.unit_code
order by attributes.series_code, attributes.assessment_year, attributes.unit_code, attributes.attribute_code
