{{ config(materialized="view") }}

with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

unit_regions as (

    select * from {{ ref('int_unit_region') }}

),

regions as (

    select * from {{ ref('stg_region') }}

),

peer_groups as (

    select groups.*
    from {{ ref('int_peer_group') }} as groups
    inner join {{ ref('stg_peer_rule') }} as rules
        on groups.series_code = rules.series_code
        and groups.peer_rule_code = rules.peer_rule_code
    where rules.rule_kind <> 'region'

),

targets as (

    select distinct
        target_code,
        series_code,
        assessment_year
    from subjects

)

-- The circles in which a unit is ranked: every region above it, and its peers by each rule.
select
    targets.target_code,
    unit_regions.unit_code,
    unit_regions.region_level as scope_kind,
    unit_regions.region_code as scope_code,
    regions.name_zh as scope_name_zh,
    regions.name_en as scope_name_en,
    unit_regions.is_root,
    false as is_peer_group
from targets
inner join unit_regions
    on targets.series_code = unit_regions.series_code
    and targets.assessment_year = unit_regions.assessment_year
inner join regions
    on unit_regions.series_code = regions.series_code
    and unit_regions.assessment_year = regions.assessment_year
    and unit_regions.region_code = regions.region_code

union all

select
    targets.target_code,
    peer_groups.unit_code,
    peer_groups.peer_rule_code as scope_kind,
    peer_groups.group_code as scope_code,
    peer_groups.group_name_zh as scope_name_zh,
    peer_groups.group_name_en as scope_name_en,
    false as is_root,
    true as is_peer_group
from targets
inner join peer_groups
    on targets.series_code = peer_groups.series_code
    and targets.assessment_year = peer_groups.assessment_year
