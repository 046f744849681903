with units as (

    select * from {{ ref('int_unit') }}

),

lineages as (

    select * from {{ ref('int_unit_lineage') }}

),

regions as (

    select * from {{ ref('int_region') }}

),

ancestors as (

    select * from {{ ref('int_region_ancestor') }}

),

named_ancestors as (

    select
        ancestors.series_code,
        ancestors.assessment_year,
        ancestors.region_code,
        max(case when regions.region_level = 'prefecture' then regions.region_code end) as prefecture_code,
        max(case when regions.region_level = 'prefecture' then regions.name_zh end) as prefecture_name_zh,
        max(case when regions.region_level = 'prefecture' then regions.name_en end) as prefecture_name_en,
        max(case when regions.region_level = 'province' then regions.region_code end) as province_code,
        max(case when regions.region_level = 'province' then regions.name_zh end) as province_name_zh,
        max(case when regions.region_level = 'province' then regions.name_en end) as province_name_en
    from ancestors
    inner join regions
        on ancestors.series_code = regions.series_code
        and ancestors.assessment_year = regions.assessment_year
        and ancestors.ancestor_region_code = regions.region_code
    group by ancestors.series_code, ancestors.assessment_year, ancestors.region_code

)

select
    units.series_code,
    units.assessment_year,
    units.unit_code,
    units.name_zh,
    units.name_en,
    units.unit_type,
    units.region_code,
    named_ancestors.prefecture_code,
    named_ancestors.prefecture_name_zh,
    named_ancestors.prefecture_name_en,
    named_ancestors.province_code,
    named_ancestors.province_name_zh,
    named_ancestors.province_name_en,
    units.is_included,
    units.exclusion_reason_zh,
    units.exclusion_reason_en,
    units.exclusion_origin,
    units.previous_unit_code,
    lineages.lineage_code
from units
inner join named_ancestors
    on units.series_code = named_ancestors.series_code
    and units.assessment_year = named_ancestors.assessment_year
    and units.region_code = named_ancestors.region_code
inner join lineages
    on units.series_code = lineages.series_code
    and units.assessment_year = lineages.assessment_year
    and units.unit_code = lineages.unit_code
order by units.series_code, units.assessment_year, units.unit_code
