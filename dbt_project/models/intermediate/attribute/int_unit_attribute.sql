with attributes as (

    select * from {{ ref('int_area_attribute') }}

),

area_units as (

    select * from {{ ref('int_attribute_unit') }}

),

definitions as (

    select * from {{ ref('stg_attribute') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

-- A unit of several areas has the sum of their counts; a share or a mean of them is not known without its weights.
unit_values as (

    select
        area_units.series_code,
        area_units.assessment_year,
        area_units.unit_code,
        attributes.attribute_code,
        attributes.as_of,
        area_units.is_before,
        count(*) as area_count,
        sum(attributes.value) as value,
        min(attributes.source_title) as source_title,
        min(attributes.licence) as licence,
        min(attributes.provenance) as provenance
    from area_units
    inner join attributes
        on area_units.area_code = attributes.area_code
        and area_units.as_of = attributes.as_of
    inner join definitions
        on attributes.attribute_code = definitions.attribute_code
    group by
        area_units.series_code,
        area_units.assessment_year,
        area_units.unit_code,
        attributes.attribute_code,
        attributes.as_of,
        area_units.is_before,
        definitions.value_kind
    having definitions.value_kind = 'count' or count(*) = 1

)

-- The nearest before the edition's date; where there is none, the nearest after it, which is_before tells apart.
select
    unit_values.series_code,
    unit_values.assessment_year,
    unit_values.unit_code,
    unit_values.attribute_code,
    unit_values.as_of,
    unit_values.is_before,
    cast(unit_values.area_count as integer) as area_count,
    cast(unit_values.value as decimal(28, 9)) as value,
    unit_values.source_title,
    unit_values.licence,
    unit_values.provenance
from unit_values
inner join editions
    on unit_values.series_code = editions.series_code
    and unit_values.assessment_year = editions.assessment_year
qualify row_number() over (
    partition by
        unit_values.series_code, unit_values.assessment_year, unit_values.unit_code, unit_values.attribute_code
    order by
        unit_values.is_before desc,
        case when unit_values.is_before then unit_values.as_of end desc,
        unit_values.as_of
) = 1
