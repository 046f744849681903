{{ config(materialized="view") }}

with units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

rules as (

    select * from {{ ref('stg_peer_rule') }}
    where rule_kind in ('quantile', 'band')

),

attributes as (

    select * from {{ ref('int_unit_attribute') }}

)

-- An attribute as it is, or 100 × one over another.
select
    rules.series_code,
    units.assessment_year,
    units.unit_code,
    rules.peer_rule_code,
    rules.rule_kind,
    rules.group_count,
    attributes.as_of,
    case
        when rules.per_attribute_code is null then cast(attributes.value as decimal(28, 9))
        else cast({{ share_of('100 * attributes.value', 'wholes.value', 9) }} as decimal(28, 9))
    end as value
from rules
inner join units
    on rules.series_code = units.series_code
inner join attributes
    on units.series_code = attributes.series_code
    and units.assessment_year = attributes.assessment_year
    and units.unit_code = attributes.unit_code
    and rules.attribute_code = attributes.attribute_code
left join attributes as wholes
    on units.series_code = wholes.series_code
    and units.assessment_year = wholes.assessment_year
    and units.unit_code = wholes.unit_code
    and rules.per_attribute_code = wholes.attribute_code
    and attributes.as_of = wholes.as_of
