-- Fails, for every methodology, for every leaf of its tree that has no rule, and for every leaf whose rules have no weight
-- above 0, weights beside empty ones, or mix events with other rules. Without any weight above 0 the empty ones are equal.
with methodologies as (

    select * from {{ ref('methodology') }}

),

nodes as (

    select * from {{ ref('int_tree_node') }}

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

),

leaves as (

    select nodes.*
    from nodes
    left join nodes as children
        on nodes.tree_code = children.tree_code
        and nodes.node_code = children.parent_node_code
    where children.node_code is null

)

select
    methodologies.methodology_code,
    leaves.node_code,
    count(rules.measure_code) as rule_count,
    sum(rules.weight) as leaf_weight,
    count(*) filter (where rules.weight is null) as empty_weight_count,
    count(distinct rules.rule_family = 'event') as event_and_other_count
from methodologies
inner join leaves
    on methodologies.tree_code = leaves.tree_code
left join rules
    on methodologies.methodology_code = rules.methodology_code
    and leaves.node_code = rules.node_code
group by methodologies.methodology_code, leaves.node_code
having count(rules.measure_code) = 0
    or (coalesce(sum(rules.weight), 0) > 0) = (count(*) filter (where rules.weight is null) > 0)
    or count(distinct rules.rule_family = 'event') > 1
