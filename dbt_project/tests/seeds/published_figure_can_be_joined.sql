-- Fails for every published figure or term of a constraint that names a region which is not in its edition or a node
-- which is not in the tree of the edition's methodology, and for a figure without exactly one of value and text.
with editions as (

    select * from {{ ref('edition_methodology') }}

),

methodologies as (

    select * from {{ ref('methodology') }}

),

nodes as (

    select * from {{ ref('int_tree_node') }}

),

regions as (

    select * from {{ ref('region') }}

),

figures as (

    select * from {{ ref('published_figure') }}

),

constraints as (

    select * from {{ ref('published_constraint') }}

),

terms as (

    select * from {{ ref('published_constraint_term') }}

),

edition_nodes as (

    select
        editions.series_code,
        editions.assessment_year,
        nodes.node_code
    from editions
    inner join methodologies
        on editions.methodology_code = methodologies.methodology_code
        and editions.is_primary = '1'
    inner join nodes
        on methodologies.tree_code = nodes.tree_code

),

references_to_check as (

    select
        figure_id as id,
        series_code,
        assessment_year,
        region_code,
        region_level,
        node_code,
        (value is null) <> (text_value is null)
        and (value is null) = (tolerance is null) as is_complete
    from figures

    union all

    select
        figure_id as id,
        series_code,
        assessment_year,
        reference_region_code as region_code,
        cast(null as varchar) as region_level,
        node_code,
        true as is_complete
    from figures
    where reference_region_code is not null

    union all

    select
        terms.constraint_id as id,
        constraints.series_code,
        constraints.assessment_year,
        terms.region_code,
        cast(null as varchar) as region_level,
        terms.node_code,
        terms.coefficient <> 0 as is_complete
    from terms
    left join constraints
        on terms.constraint_id = constraints.constraint_id

    union all

    select
        constraint_id as id,
        series_code,
        assessment_year,
        cast(null as varchar) as region_code,
        cast(null as varchar) as region_level,
        cast(null as varchar) as node_code,
        (kind = 'violated') = (value is null)
        and (kind = 'equal') = (tolerance is not null) as is_complete
    from constraints

)

select
    references_to_check.id,
    references_to_check.region_code,
    references_to_check.node_code,
    references_to_check.is_complete
from references_to_check
left join regions
    on references_to_check.series_code = regions.series_code
    and references_to_check.assessment_year = regions.assessment_year
    and references_to_check.region_code = regions.region_code
left join edition_nodes
    on references_to_check.series_code = edition_nodes.series_code
    and references_to_check.assessment_year = edition_nodes.assessment_year
    and references_to_check.node_code = edition_nodes.node_code
where not references_to_check.is_complete
    or (references_to_check.region_code is not null and regions.region_code is null)
    or (references_to_check.region_level is not null and references_to_check.region_level <> regions.region_level)
    or (references_to_check.node_code is not null and edition_nodes.node_code is null)
