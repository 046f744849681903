with recursive areas as (

    select distinct
        area_code,
        as_of,
        part_of_code
    from {{ ref('int_area_attribute') }}

),

ancestors as (

    select
        area_code,
        as_of,
        part_of_code as ancestor_code,
        1 as distance
    from areas
    where part_of_code is not null

    union

    select
        ancestors.area_code,
        ancestors.as_of,
        areas.part_of_code as ancestor_code,
        ancestors.distance + 1 as distance
    from ancestors
    inner join areas
        on ancestors.ancestor_code = areas.area_code
        and ancestors.as_of = areas.as_of
    where areas.part_of_code is not null
        -- A table that says of two regions that each is part of the other does not go round for ever.
        and ancestors.distance < {{ var('max_tree_depth') }}

)

select
    area_code,
    as_of,
    ancestor_code,
    min(distance) as distance
from ancestors
group by area_code, as_of, ancestor_code
