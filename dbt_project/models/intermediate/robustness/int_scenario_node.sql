with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

-- Nodes below which only events count have points of their own and no weight to vary.
measured_leaves as (

    select
        methodology_code,
        sort_path
    from nodes
    where is_leaf
        and not is_event_only

),

measured_nodes as (

    select nodes.*
    from nodes
    where exists (
        select 1
        from measured_leaves
        where measured_leaves.methodology_code = nodes.methodology_code
            and (
                measured_leaves.sort_path = nodes.sort_path
                or starts_with(measured_leaves.sort_path, nodes.sort_path || '.')
            )
    )

),

placed as (

    select
        methodology_code,
        node_code,
        row_number() over (partition by methodology_code order by sort_path) - 1 as node_place
    from measured_nodes

)

select
    subjects.subject_number,
    cast(placed.node_place as integer) as node_place,
    nodes.node_code,
    cast(coalesce(parents.node_place, -1) as integer) as parent_place,
    cast(nodes.depth as integer) as depth,
    nodes.is_leaf,
    case when nodes.aggregation in ('geometric', 'harmonic') then nodes.aggregation else 'arithmetic' end as aggregation,
    nodes.aggregation = 'sum' as is_sum,
    cast(nodes.full_mark as double) as full_mark,
    cast(coalesce(nodes.weight, 1) as double) as weight
from subjects
inner join measured_nodes as nodes
    on subjects.methodology_code = nodes.methodology_code
inner join placed
    on nodes.methodology_code = placed.methodology_code
    and nodes.node_code = placed.node_code
left join placed as parents
    on nodes.methodology_code = parents.methodology_code
    and nodes.parent_node_code = parents.node_code
