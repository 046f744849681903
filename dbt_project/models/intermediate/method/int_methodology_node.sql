with recursive methodologies as (

    select * from {{ ref('stg_methodology') }}

),

-- Weights are relative, too: the smallest whole numbers in the same proportions among the children of a node.
nodes as (

    select
        *,
        cast(
            scaled_weight // {{ greatest_common_divisor(
                'scaled_weight', 'over (partition by tree_code, parent_node_code)'
            ) }} as hugeint
        ) as weight_share
    from (

        select
            *,
            {{ scaled_integer('coalesce(weight, 1)', 9) }} as scaled_weight
        from {{ ref('int_tree_node') }}

    ) as scaled_nodes

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

),

descents as (

    select
        nodes.tree_code,
        nodes.node_code,
        0 as depth,
        cast(null as varchar) as dimension_code,
        lpad(cast(nodes.position as varchar), 3, '0') as sort_path
    from nodes
    where nodes.parent_node_code is null

    union all

    select
        nodes.tree_code,
        nodes.node_code,
        descents.depth + 1 as depth,
        coalesce(descents.dimension_code, nodes.node_code) as dimension_code,
        descents.sort_path || '.' || lpad(cast(nodes.position as varchar), 3, '0') as sort_path
    from descents
    inner join nodes
        on descents.tree_code = nodes.tree_code
        and descents.node_code = nodes.parent_node_code

),

parents as (

    select distinct
        tree_code,
        parent_node_code as node_code
    from nodes
    where parent_node_code is not null

),

leaf_rules as (

    select
        methodology_code,
        node_code,
        bool_and(rule_family = 'event') as is_event_only,
        max(event_source) as event_source
    from rules
    group by methodology_code, node_code

),

measured_leaves as (

    select
        methodologies.methodology_code,
        descents.sort_path
    from methodologies
    inner join descents
        on methodologies.tree_code = descents.tree_code
    inner join leaf_rules
        on methodologies.methodology_code = leaf_rules.methodology_code
        and descents.node_code = leaf_rules.node_code
    where not leaf_rules.is_event_only

)

-- Nodes below which only events count are not measured: they have points of their own and no weight to vary.
select
    methodologies.series_code,
    methodologies.methodology_code,
    methodologies.tree_code,
    nodes.node_code,
    nodes.parent_node_code,
    descents.depth,
    descents.dimension_code,
    descents.sort_path,
    parents.node_code is null as is_leaf,
    nodes.name_zh,
    nodes.name_en,
    nodes.full_mark,
    nodes.min_mark,
    nodes.is_base,
    nodes.aggregation,
    nodes.weight,
    nodes.weight_share,
    nodes.min_coverage_numerator,
    nodes.min_coverage_denominator,
    nodes.rounding_mode,
    nodes.rounding_digits,
    leaf_rules.is_event_only,
    exists (  -- noqa: LT01, LT06
        select 1
        from measured_leaves
        where measured_leaves.methodology_code = methodologies.methodology_code
            and starts_with(measured_leaves.sort_path || '.', descents.sort_path || '.')
    ) as is_measured,
    leaf_rules.event_source,
    nodes.origin,
    nodes.origin_note
from methodologies
inner join nodes
    on methodologies.tree_code = nodes.tree_code
inner join descents
    on nodes.tree_code = descents.tree_code
    and nodes.node_code = descents.node_code
left join parents
    on nodes.tree_code = parents.tree_code
    and nodes.node_code = parents.node_code
left join leaf_rules
    on methodologies.methodology_code = leaf_rules.methodology_code
    and nodes.node_code = leaf_rules.node_code
