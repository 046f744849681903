{{ config(materialized="view") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_measured
        and methodology_code in (select methodology_code from {{ ref('int_scenario_subject') }})

),

placed as (

    select
        methodology_code,
        node_code,
        cast(row_number() over (partition by methodology_code order by sort_path) - 1 as integer) as node_place
    from nodes

)

select
    nodes.methodology_code,
    placed.node_place,
    nodes.node_code,
    nodes.parent_node_code,
    coalesce(parents.node_place, -1) as parent_place,
    cast(nodes.depth as integer) as depth,
    nodes.is_leaf,
    case when nodes.aggregation in ('geometric', 'harmonic') then nodes.aggregation else 'arithmetic' end as aggregation,
    nodes.aggregation = 'sum' as is_sum,
    cast(nodes.full_mark as double) as full_mark,
    cast(coalesce(nodes.weight, 1) as double) as weight
from nodes
inner join placed
    on nodes.methodology_code = placed.methodology_code
    and nodes.node_code = placed.node_code
left join placed as parents
    on nodes.methodology_code = parents.methodology_code
    and nodes.parent_node_code = parents.node_code
