select
    attributes.series_code,
    attributes.assessment_year,
    attributes.unit_code,
    attributes.attribute_code,
    attributes.as_of,
    cast(attributes.value as decimal(18, 4)) as weight
from {{ ref('int_unit_attribute') }} as attributes
inner join {{ ref('stg_average_weight') }} as weights
    on attributes.series_code = weights.series_code
    and attributes.attribute_code = weights.attribute_code
-- A weight that nobody could have known on the edition's date weighs nothing.
where attributes.is_before
    and attributes.value > 0
