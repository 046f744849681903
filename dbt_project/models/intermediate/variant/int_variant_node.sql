with variants as (

    select * from {{ ref('int_variant_edition') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

own_levels as (

    select * from {{ ref('stg_variant_level') }}

),

weight_sets as (

    select * from {{ ref('stg_weight_set') }}

),

components as (

    select * from {{ ref('int_principal_component') }}
    where component_number = 1
        and stage = 'normalised'

),

-- The points of nodes that have none but events are added to what a variant comes to.
measured_nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_measured

),

weighed_nodes as (

    select
        variants.series_code,
        variants.assessment_year,
        variants.variant_code,
        variants.methodology_code,
        nodes.node_code,
        nodes.parent_node_code,
        nodes.depth,
        nodes.is_leaf,
        nodes.name_zh,
        nodes.name_en,
        nodes.sort_path,
        nodes.aggregation as stated_aggregation,
        coalesce(own_levels.aggregation, variants.aggregation) as variant_aggregation,
        coalesce(own_levels.power, variants.power) as power,
        coalesce(own_levels.min_child_share, variants.min_child_share) as min_child_share,
        case
            when variants.weight_set_code = 'equal' then 1
            when weight_sets.weight is not null then weight_sets.weight
            when variants.weight_set_code = 'principal_component' and components.loading is not null
                then components.loading
            when parents.aggregation = 'sum' then cast(nodes.full_mark as double)
            else cast(coalesce(nodes.weight, 1) as double)
        end as weight
    from variants
    inner join measured_nodes as nodes
        on variants.methodology_code = nodes.methodology_code
    left join nodes as parents
        on nodes.methodology_code = parents.methodology_code
        and nodes.parent_node_code = parents.node_code
    left join own_levels
        on variants.variant_code = own_levels.variant_code
        and nodes.depth = own_levels.depth
    left join weight_sets
        on variants.weight_set_code = weight_sets.weight_set_code
        and nodes.tree_code = weight_sets.tree_code
        and nodes.node_code = weight_sets.node_code
    left join components
        on variants.variant_code = components.method_code
        and variants.assessment_year = components.assessment_year
        and nodes.node_code = components.node_code

)

select
    series_code,
    assessment_year,
    variant_code,
    methodology_code,
    node_code,
    parent_node_code,
    depth,
    is_leaf,
    name_zh,
    name_en,
    sort_path,
    weight,
    count(*) over (partition by variant_code, assessment_year, parent_node_code) as sibling_count,
    case
        when variant_aggregation <> 'stated' then variant_aggregation
        when stated_aggregation in ('sum', 'weighted_arithmetic') then 'arithmetic'
        else stated_aggregation
    end as aggregation,
    power,
    min_child_share
from weighed_nodes
