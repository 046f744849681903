{{ config(materialized="by_edition") }}

with units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

rules as (

    select * from {{ ref('stg_peer_rule') }}

),

attributes as (

    select * from {{ ref('int_unit_attribute') }}

),

region_groups as (

    select
        unit_regions.series_code,
        unit_regions.assessment_year,
        unit_regions.unit_code,
        rules.peer_rule_code,
        unit_regions.region_code as group_code,
        regions.name_zh as group_name_zh,
        regions.name_en as group_name_en,
        cast(null as date) as attribute_as_of
    from rules
    inner join {{ ref('int_unit_region') }} as unit_regions
        on rules.series_code = unit_regions.series_code
        and rules.region_level = unit_regions.region_level
    inner join {{ ref('int_region') }} as regions
        on unit_regions.series_code = regions.series_code
        and unit_regions.assessment_year = regions.assessment_year
        and unit_regions.region_code = regions.region_code
    where rules.rule_kind = 'region'

),

type_groups as (

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        rules.peer_rule_code,
        units.unit_type as group_code,
        units.unit_type as group_name_zh,
        coalesce(unit_types.name_en, units.unit_type) as group_name_en,
        cast(null as date) as attribute_as_of
    from rules
    inner join units
        on rules.series_code = units.series_code
    left join {{ ref('stg_unit_type') }} as unit_types
        on units.unit_type = unit_types.unit_type
    where rules.rule_kind = 'unit_type'

),

-- An attribute as it is, or 100 × one over another.
rule_values as (

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
    where rules.rule_kind in ('quantile', 'band')

),

-- Units of the same value stand in the same group, so groups may differ a little in size.
quantile_groups as (

    select
        series_code,
        assessment_year,
        unit_code,
        peer_rule_code,
        as_of,
        group_count,
        1 + (
            (
                rank() over (
                    partition by series_code, assessment_year, peer_rule_code
                    order by value
                ) - 1
            ) * group_count // count(*) over (partition by series_code, assessment_year, peer_rule_code)
        ) as group_number
    from rule_values
    where rule_kind = 'quantile'
        and value is not null

),

band_groups as (

    select
        rule_values.series_code,
        rule_values.assessment_year,
        rule_values.unit_code,
        rule_values.peer_rule_code,
        bands.group_code,
        bands.name_zh as group_name_zh,
        bands.name_en as group_name_en,
        rule_values.as_of as attribute_as_of
    from rule_values
    inner join {{ ref('stg_peer_band') }} as bands
        on rule_values.series_code = bands.series_code
        and rule_values.peer_rule_code = bands.peer_rule_code
        and rule_values.value >= bands.lower_bound
        and (bands.upper_bound is null or rule_values.value < bands.upper_bound)
    where rule_values.rule_kind = 'band'

),

list_groups as (

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        rules.peer_rule_code,
        lists.group_code,
        rules.name_zh as group_name_zh,
        rules.name_en as group_name_en,
        cast(null as date) as attribute_as_of
    from rules
    inner join {{ ref('stg_peer_list') }} as lists
        on rules.series_code = lists.series_code
        and rules.peer_rule_code = lists.peer_rule_code
    inner join units
        on lists.series_code = units.series_code
        and lists.unit_code = units.unit_code
    where rules.rule_kind = 'list'

)

{% set places = {'number': 'cast(group_number as varchar)', 'count': 'cast(group_count as varchar)'} %}

select * from region_groups

union all

select * from type_groups

union all

select
    series_code,
    assessment_year,
    unit_code,
    peer_rule_code,
    cast(group_number as varchar) as group_code,
    {{ filled('messages.text_zh', places) }} as group_name_zh,
    {{ filled('messages.text_en', places) }} as group_name_en,
    as_of as attribute_as_of
from quantile_groups
inner join {{ ref('stg_message') }} as messages
    on messages.message_code = 'group_by_size'

union all

select * from band_groups

union all

select * from list_groups
