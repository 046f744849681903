{{ config(materialized="view") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

-- Marks as integers of 10^-10, the rate as one of 10^-12: what is shared out is shared in whole numbers.
children as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        scores.node_code,
        scores.depth,
        scores.score is not null as is_scored,
        nodes.parent_node_code,
        nodes.sort_path,
        nodes.is_base,
        parents.aggregation as parent_aggregation,
        scores.score is not null or (parents.aggregation = 'sum' and not nodes.is_base) as takes_part,
        {{ scaled_integer('nodes.full_mark', 10) }} as scaled_full_mark,
        {{ scaled_integer('coalesce(scores.score, 0)', 10) }} as scaled_score,
        nodes.weight_share as scaled_weight,
        case
            when parents.aggregation <> 'sum' then {{ integer_quotient_half_up(
                scaled_integer('scores.score', 10) ~ ' * 1000000000000', scaled_integer('nodes.full_mark', 10)
            ) }}
        end as scaled_rate
    from {{ ref('int_node_score') }} as scores
    inner join nodes
        on scores.methodology_code = nodes.methodology_code
        and scores.node_code = nodes.node_code
    inner join nodes as parents
        on nodes.methodology_code = parents.methodology_code
        and nodes.parent_node_code = parents.node_code
    left join {{ ref('int_unit_additive') }} as additive_units
        on scores.series_code = additive_units.series_code
        and scores.assessment_year = additive_units.assessment_year
        and scores.methodology_code = additive_units.methodology_code
        and scores.unit_code = additive_units.unit_code
    where additive_units.unit_code is null

),

siblings as (

    select
        *,
        bool_or(takes_part) over family as is_any_taking_part,
        bool_or(coalesce(scaled_rate <= 0, false)) over family as has_zero_rate,
        sum(case when is_base then scaled_full_mark else 0 end) over family as base_mark,
        sum(case when is_base and takes_part then scaled_full_mark else 0 end) over family as scored_base_mark
    from children
    window family as (
        partition by series_code, assessment_year, methodology_code, unit_code, parent_node_code
    )

),

-- How much of the parent's full mark a child stands for, and how much of the parent's loss is its own. Each aggregation
-- counts in a unit of its own: only the proportions matter, but for a sum, whose unit is that of the marks.
shares as (

    select
        *,
        case
            when not takes_part and is_any_taking_part then 0
            when parent_aggregation <> 'sum' then scaled_weight
            when is_base and scored_base_mark > 0 and scored_base_mark <> base_mark
                then {{ integer_quotient_half_up('scaled_full_mark * base_mark', 'scored_base_mark') }}
            else scaled_full_mark
        end as full_share,
        case
            when not takes_part or (parent_aggregation <> 'sum' and scaled_rate is null) then 0
            when parent_aggregation = 'sum' and is_base and scored_base_mark > 0 and scored_base_mark <> base_mark
                then {{ integer_quotient_half_up('(scaled_full_mark - scaled_score) * base_mark', 'scored_base_mark') }}
            when parent_aggregation = 'sum' then scaled_full_mark - scaled_score
            when parent_aggregation = 'weighted_arithmetic' then scaled_weight * (1000000000000 - scaled_rate)
            when has_zero_rate then case when scaled_rate <= 0 then scaled_weight else 0 end
            when parent_aggregation = 'geometric' then -1 * scaled_weight * {{ scaled_integer(
                'cast(ln(cast(scaled_rate as double) / 1e12) as decimal(15, 12))', 12
            ) }}
            when parent_aggregation = 'harmonic' then {{ integer_quotient_half_up(
                'scaled_weight * (1000000000000 - scaled_rate) * 1000000000', 'scaled_rate'
            ) }}
        end as lost_share
    from siblings

)

-- A node that its rounding lifted above its full mark has a share of 0 in a loss that is shared out.
select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    parent_node_code,
    depth,
    is_scored,
    row_number() over family = 1 as is_first,
    cast(full_share as hugeint) as full_share,
    cast(sum(full_share) over (family rows between unbounded preceding and current row) as hugeint) as full_share_so_far,
    cast(sum(full_share) over (family rows between unbounded preceding and unbounded following) as hugeint) as full_share_of_all,
    cast(lost_share as hugeint) as lost_share,
    cast(sum(lost_share) over (family rows between unbounded preceding and unbounded following) as hugeint) as lost_share_of_all,
    cast(greatest(lost_share, 0) as hugeint) as counted_lost_share,
    cast(
        sum(greatest(lost_share, 0)) over (family rows between unbounded preceding and current row) as hugeint
    ) as counted_lost_share_so_far,
    cast(
        sum(greatest(lost_share, 0)) over (family rows between unbounded preceding and unbounded following) as hugeint
    ) as counted_lost_share_of_all
from shares
window family as (
    partition by series_code, assessment_year, methodology_code, unit_code, parent_node_code
    order by sort_path
)
