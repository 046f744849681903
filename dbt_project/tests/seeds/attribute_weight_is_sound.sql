-- Fails with each attribute that is weighted by one that does not exist or does not add up, by itself, or without saying
-- what rounding explains; with a weight of a count; and with bounds that cross.
with attributes as (

    select * from {{ ref('attribute') }}

)

select
    attributes.attribute_code,
    attributes.weight_attribute_code
from attributes
left join attributes as weights
    on attributes.weight_attribute_code = weights.attribute_code
where (attributes.weight_attribute_code is not null and coalesce(weights.value_kind, 'none') <> 'count')
    or (attributes.weight_attribute_code is not null and attributes.value_kind = 'count')
    or (attributes.weight_attribute_code is null) is distinct from (attributes.mean_tolerance is null)
    or attributes.upper_bound <= attributes.lower_bound
