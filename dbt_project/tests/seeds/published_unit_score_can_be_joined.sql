-- Fails for every published score whose unit is not included in its edition's frame, whose node is not in the tree of
-- the edition's methodology, or that lies outside the node's marks.
with published_scores as (

    select * from {{ ref('published_unit_score') }}

),

frames as (

    select * from {{ ref('assessment_frame') }}
    where is_included = '1'

),

edition_nodes as (

    select
        editions.series_code,
        editions.assessment_year,
        nodes.node_code,
        nodes.full_mark,
        nodes.min_mark
    from {{ ref('edition_methodology') }} as editions
    inner join {{ ref('methodology') }} as methodologies
        on editions.methodology_code = methodologies.methodology_code
        and editions.is_primary = '1'
    inner join {{ ref('int_tree_node') }} as nodes
        on methodologies.tree_code = nodes.tree_code

)

select
    published_scores.series_code,
    published_scores.assessment_year,
    published_scores.unit_code,
    published_scores.node_code,
    published_scores.published_value
from published_scores
left join frames
    on published_scores.series_code = frames.series_code
    and published_scores.assessment_year = frames.assessment_year
    and published_scores.unit_code = frames.unit_code
left join edition_nodes
    on published_scores.series_code = edition_nodes.series_code
    and published_scores.assessment_year = edition_nodes.assessment_year
    and published_scores.node_code = edition_nodes.node_code
where frames.unit_code is null
    or edition_nodes.node_code is null
    or published_scores.published_value not between edition_nodes.min_mark and edition_nodes.full_mark
