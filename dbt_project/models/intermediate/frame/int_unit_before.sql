{{ config(materialized="view") }}

select
    series_code,
    assessment_year,
    units.unit_code,
    editions.previous_assessment_year,
    units.previous_unit_code
from {{ ref('int_unit') }} as units
inner join {{ ref('int_edition') }} as editions
    using (series_code, assessment_year)
where units.is_included
    and units.previous_unit_code is not null
