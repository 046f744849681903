with source as (

    select * from {{ ref('measure_rule') }}

)

select
    methodology_code,
    measure_code,
    node_code,
    rule_family,
    cast(weight as decimal(20, 9)) as weight,
    transform,
    cast(floor as decimal(20, 9)) as floor,
    cast(target as decimal(20, 9)) as target,
    cast(deduct_per_case as decimal(9, 4)) as deduct_per_case,
    veto_operator,
    cast(veto_threshold as decimal(20, 9)) as veto_threshold,
    event_source,
    {{ in_both_languages('rule_text') }},
    origin,
    origin_note
from source
