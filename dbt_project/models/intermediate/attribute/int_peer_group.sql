{{ config(materialized="by_edition") }}

with units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

rules as (

    select * from {{ ref('stg_peer_rule') }}

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

select * from region_groups

union all

select * from type_groups

union all

select * from list_groups

union all

select * from {{ ref('int_peer_group_by_value') }}
