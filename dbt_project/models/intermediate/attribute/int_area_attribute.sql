with attributes as (

    select * from {{ ref('stg_unit_attribute') }}

),

-- The same bytes may be in effect under two names: the last delivery counts.
deliveries as (

    select
        batch_id,
        max(delivery_seq) as delivery_seq
    from {{ ref('stg_batch') }}
    where is_effective
    group by batch_id

)

-- A later file wins over an earlier one, as it does for all that lands.
select
    attributes.area_code,
    attributes.area_name,
    attributes.area_kind,
    attributes.part_of_code,
    attributes.attribute_code,
    attributes.as_of,
    attributes.value,
    attributes.source_title,
    attributes.licence,
    attributes.evidence_url,
    attributes.provenance,
    attributes.batch_id,
    attributes.row_number
from attributes
inner join deliveries
    on attributes.batch_id = deliveries.batch_id
qualify row_number() over (
    partition by attributes.area_code, attributes.attribute_code, attributes.as_of
    order by deliveries.delivery_seq desc, attributes.batch_id, attributes.row_number desc
) = 1
