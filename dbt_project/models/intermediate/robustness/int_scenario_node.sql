with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

measured_nodes as (

    select nodes.*
    from {{ ref('int_methodology_node') }} as nodes
    inner join {{ ref('int_measured_node') }} as measured
        on nodes.methodology_code = measured.methodology_code
        and nodes.node_code = measured.node_code

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
