with areas as (

    select * from {{ ref('int_area_attribute') }}

),

-- The days whose values an edition's units have.
edition_days as (

    select distinct
        series_code,
        assessment_year,
        attribute_code,
        as_of
    from {{ ref('int_unit_attribute') }}

),

ancestors as (

    select * from {{ ref('int_area_ancestor') }}

),

definitions as (

    select * from {{ ref('stg_attribute') }}

),

exceptions as (

    select * from {{ ref('stg_attribute_total_exception') }}

),

-- What a region is made of: its units and zones, however far below, and the areas right below it.
parts as (

    select
        ancestors.ancestor_code as area_code,
        areas.attribute_code,
        areas.as_of,
        count(case when areas.area_kind <> 'region' then 1 end) as lowest_area_count,
        count(case when ancestors.distance = 1 then 1 end) as part_count,
        sum(case when areas.area_kind <> 'region' then areas.value end) as sum_of_lowest_areas,
        sum(case when ancestors.distance = 1 then areas.value end) as sum_of_parts,
        sum(
            case when areas.area_kind <> 'region' then cast(areas.value * weights.value as decimal(38, 9)) end
        ) as weighted_sum,
        sum(
            case when areas.area_kind <> 'region' and areas.value is not null then weights.value end
        ) as sum_of_weights
    from areas
    inner join ancestors
        on areas.area_code = ancestors.area_code
        and areas.as_of = ancestors.as_of
    inner join definitions
        on areas.attribute_code = definitions.attribute_code
    left join areas as weights
        on areas.area_code = weights.area_code
        and areas.as_of = weights.as_of
        and definitions.weight_attribute_code = weights.attribute_code
    group by ancestors.ancestor_code, areas.attribute_code, areas.as_of

),

compared as (

    select
        areas.attribute_code,
        areas.as_of,
        areas.area_code,
        areas.area_name,
        definitions.name_zh as attribute_name_zh,
        definitions.name_en as attribute_name_en,
        definitions.value_kind,
        areas.value as published_value,
        parts.lowest_area_count,
        parts.part_count,
        case
            when definitions.value_kind = 'count' then parts.sum_of_lowest_areas
            when definitions.weight_attribute_code is not null
                then {{ share_of('parts.weighted_sum', 'parts.sum_of_weights', 9) }}
        end as computed_value,
        case when definitions.value_kind = 'count' then parts.sum_of_parts end as sum_of_parts,
        case when definitions.value_kind = 'count' then 0 else definitions.mean_tolerance end as tolerance,
        areas.source_title
    from areas
    inner join definitions
        on areas.attribute_code = definitions.attribute_code
    left join parts
        on areas.area_code = parts.area_code
        and areas.attribute_code = parts.attribute_code
        and areas.as_of = parts.as_of
    where areas.area_kind = 'region'

)

select
    edition_days.series_code,
    edition_days.assessment_year,
    compared.attribute_code,
    compared.as_of,
    compared.area_code,
    compared.area_name,
    compared.attribute_name_zh,
    compared.attribute_name_en,
    compared.value_kind,
    cast(compared.published_value as decimal(28, 9)) as published_value,
    cast(compared.computed_value as decimal(28, 9)) as computed_value,
    cast(compared.published_value - compared.computed_value as decimal(28, 9)) as difference,
    cast(compared.published_value - compared.sum_of_parts as decimal(28, 9)) as difference_to_parts,
    cast(coalesce(compared.lowest_area_count, 0) as integer) as lowest_area_count,
    cast(coalesce(compared.part_count, 0) as integer) as part_count,
    cast(compared.tolerance as decimal(18, 9)) as tolerance,
    case
        when compared.computed_value is null then 'not_compared'
        when abs(compared.published_value - compared.computed_value) <= compared.tolerance then 'equal'
        when exceptions.difference = compared.published_value - compared.computed_value then 'named_exception'
        else 'differs'
    end as outcome,
    exceptions.note_zh as exception_note_zh,
    exceptions.note_en as exception_note_en,
    compared.source_title
from compared
inner join edition_days
    on compared.attribute_code = edition_days.attribute_code
    and compared.as_of = edition_days.as_of
left join exceptions
    on compared.attribute_code = exceptions.attribute_code
    and compared.as_of = exceptions.as_of
    and compared.area_code = exceptions.area_code
order by
    edition_days.series_code,
    edition_days.assessment_year,
    compared.attribute_code,
    compared.as_of,
    compared.area_code
