-- Fails for every rule whose node is no leaf of its methodology's tree (it would not be scored), or whose measure
-- belongs to another series.
with methodologies as (

    select * from {{ ref('methodology') }}

),

nodes as (

    select * from {{ ref('int_tree_node') }}

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

),

measures as (

    select * from {{ ref('measure') }}

),

inner_nodes as (

    select distinct
        tree_code,
        parent_node_code as node_code
    from nodes
    where parent_node_code is not null

),

problems as (

    select
        rules.methodology_code,
        rules.measure_code,
        rules.node_code,
        case
            when nodes.node_code is null then 'no such node in the tree of the methodology'
            when inner_nodes.node_code is not null then 'the node has children, so its score comes from them'
            when measures.series_code is distinct from methodologies.series_code
                then 'the measure belongs to another series'
        end as problem
    from rules
    left join methodologies
        on rules.methodology_code = methodologies.methodology_code
    left join measures
        on rules.measure_code = measures.measure_code
    left join nodes
        on methodologies.tree_code = nodes.tree_code
        and rules.node_code = nodes.node_code
    left join inner_nodes
        on methodologies.tree_code = inner_nodes.tree_code
        and rules.node_code = inner_nodes.node_code

)

select * from problems
where problem is not null
