with pairs as (

    select * from {{ ref('int_pair_statistic') }}
    where first_code <> second_code
        and pearson is not null
        and not isnan(pearson)

),

methods as (

    select
        methodology_code as method_code,
        methodology_code
    from {{ ref('stg_methodology') }}

    union all

    select
        variant_code as method_code,
        methodology_code
    from {{ ref('stg_variant') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

thresholds as (

    select
        max(threshold) filter (where statistic_rule = 'correlation_high') as correlation_high,
        max(threshold) filter (where statistic_rule = 'correlation_low') as correlation_low,
        max(threshold) filter (where statistic_rule = 'weight_gap') as weight_gap
    from {{ ref('stg_statistic_rule') }}

),

-- Measures stand outside the tree: they are siblings of nobody here.
related as (

    select
        pairs.*,
        first_nodes.depth as first_depth,
        second_nodes.depth as second_depth,
        case
            when first_nodes.node_code is null or second_nodes.node_code is null then 'measures'
            when first_nodes.parent_node_code = second_nodes.parent_node_code then 'siblings'
            when first_nodes.parent_node_code = second_nodes.node_code
                or second_nodes.parent_node_code = first_nodes.node_code then 'parent'
            when starts_with(first_nodes.sort_path, second_nodes.sort_path || '.')
                or starts_with(second_nodes.sort_path, first_nodes.sort_path || '.') then 'ancestor'
            when first_nodes.depth = second_nodes.depth then 'same_level'
            else 'other_level'
        end as relation
    from pairs
    left join methods
        on pairs.method_code = methods.method_code
    left join nodes as first_nodes
        on methods.methodology_code = first_nodes.methodology_code
        and pairs.first_code = first_nodes.node_code
        and pairs.stage in ('scored', 'aggregated')
    left join nodes as second_nodes
        on methods.methodology_code = second_nodes.methodology_code
        and pairs.second_code = second_nodes.node_code
        and pairs.stage in ('scored', 'aggregated')

)

select
    related.series_code,
    related.assessment_year,
    related.method_code,
    related.stage,
    related.first_code,
    related.second_code,
    cast(related.first_depth as integer) as first_depth,
    cast(related.second_depth as integer) as second_depth,
    related.relation,
    related.unit_count,
    related.pearson,
    related.spearman,
    related.relation = 'siblings' and related.pearson > thresholds.correlation_high as is_redundant,
    related.relation = 'siblings' and related.pearson < thresholds.correlation_low as is_opposed,
    related.relation = 'parent' and related.pearson < thresholds.weight_gap as is_without_effect
from related
cross join thresholds
