-- Fails with each published total of a region that its units and zones do not give and that
-- seeds/attributes/attribute_total_exception.csv does not name with its amount; and with each exception of a total that has
-- landed and agrees by now, or differs by another amount.
with totals as (

    select * from {{ ref('attribute_total') }}

),

exceptions as (

    select * from {{ ref('stg_attribute_total_exception') }}

)

select
    totals.series_code,
    totals.assessment_year,
    totals.attribute_code,
    totals.as_of,
    totals.area_code,
    totals.area_name,
    totals.published_value,
    totals.computed_value,
    totals.difference,
    exceptions.difference as named_difference
from totals
left join exceptions
    on totals.attribute_code = exceptions.attribute_code
    and totals.as_of = exceptions.as_of
    and totals.area_code = exceptions.area_code
where totals.outcome = 'differs'
    or (exceptions.difference is not null and totals.outcome <> 'named_exception')
