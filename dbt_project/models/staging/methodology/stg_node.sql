with source as (

    select * from {{ ref('node') }}

)

select
    tree_code,
    node_code,
    parent_node_code,
    cast(node_level as integer) as node_level,
    cast(position as integer) as position,
    {{ in_both_languages('name') }},
    cast(full_mark as decimal(9, 4)) as full_mark,
    cast(min_mark as decimal(9, 4)) as min_mark,
    cast(is_base as boolean) as is_base,
    aggregation,
    cast(weight as decimal(20, 9)) as weight,
    cast(min_coverage_numerator as integer) as min_coverage_numerator,
    cast(min_coverage_denominator as integer) as min_coverage_denominator,
    rounding_mode,
    cast(rounding_digits as integer) as rounding_digits,
    origin,
    origin_note
from source
