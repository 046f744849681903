-- Fails for every topic whose node has no rule that adds up events, and for a topic whose polarity the node cannot
-- hold (positive points under a cap of 0, negative ones above a floor of 0).
with topics as (

    select * from {{ ref('int_tree_event_topic') }}

),

nodes as (

    select * from {{ ref('int_tree_node') }}

),

event_nodes as (

    select distinct
        methodologies.tree_code,
        rules.node_code
    from {{ ref('int_methodology_rule') }} as rules
    inner join {{ ref('methodology') }} as methodologies
        on rules.methodology_code = methodologies.methodology_code
    where rules.event_source = 'event'

)

select
    topics.tree_code,
    topics.topic,
    topics.polarity,
    topics.node_code
from topics
left join event_nodes
    on topics.tree_code = event_nodes.tree_code
    and topics.node_code = event_nodes.node_code
left join nodes
    on topics.tree_code = nodes.tree_code
    and topics.node_code = nodes.node_code
where event_nodes.node_code is null
    or nodes.node_code is null
    or (topics.polarity = 'positive' and nodes.full_mark <= 0)
    or (topics.polarity = 'negative' and nodes.min_mark >= 0)
