with rules as (

    select
        *,
        -- Without any weight stated all rules of a leaf weigh the same.
        coalesce(weight, 1) as relative_weight
    from {{ ref('int_methodology_rule') }}
    where rule_family <> 'event'

),

scaled as (

    select
        *,
        {{ scaled_integer('relative_weight', 9) }} as scaled_weight
    from rules

),

-- Weights are relative: the smallest whole numbers in the same proportions, so that nothing is rounded before scores are.
reduced as (

    select
        *,
        scaled_weight // {{ greatest_common_divisor(
            'scaled_weight', 'over (partition by methodology_code, node_code)'
        ) }} as weight_share
    from scaled

)

select
    methodology_code,
    measure_code,
    node_code,
    relative_weight as weight,
    cast(weight_share as hugeint) as weight_share,
    cast(
        sum(weight_share) over (
            partition by methodology_code, node_code
            order by measure_code rows between unbounded preceding and current row
        ) as hugeint
    ) as weight_share_so_far,
    cast(sum(weight_share) over (partition by methodology_code, node_code) as hugeint) as weight_share_of_leaf
from reduced
