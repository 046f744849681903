{{ config(materialized="view") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

mark_sums as (

    select
        methodology_code,
        parent_node_code,
        sum(full_mark) as full_mark,
        sum(min_mark) as min_mark
    from nodes
    group by methodology_code, parent_node_code

),

-- A node that caps the sum of its children's bounds is shared out like any that is clipped.
additive_methodologies as (

    select nodes.methodology_code
    from nodes
    inner join mark_sums
        on nodes.methodology_code = mark_sums.methodology_code
        and nodes.node_code = mark_sums.parent_node_code
    group by nodes.methodology_code
    having bool_and(
        nodes.aggregation = 'sum'
        and nodes.rounding_mode = 'none'
        and nodes.full_mark = mark_sums.full_mark
        and nodes.min_mark = mark_sums.min_mark
    )

)

-- Parents of such a tree are not clipped; the last condition asks all the same.
select
    scores.series_code,
    scores.assessment_year,
    scores.methodology_code,
    scores.unit_code
from {{ ref('int_node_score') }} as scores
inner join nodes
    on scores.methodology_code = nodes.methodology_code
    and scores.node_code = nodes.node_code
inner join additive_methodologies
    on scores.methodology_code = additive_methodologies.methodology_code
group by scores.series_code, scores.assessment_year, scores.methodology_code, scores.unit_code
having count(scores.score) = count(*)
    and sum(case when nodes.is_leaf then scores.score else 0 end) = max(case when scores.depth = 0 then scores.score end)
    and sum(case when nodes.is_leaf then nodes.full_mark else 0 end)
    = max(case when scores.depth = 0 then nodes.full_mark end)
