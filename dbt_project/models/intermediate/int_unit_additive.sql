{{ config(materialized="view") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

additive_methodologies as (

    select methodology_code
    from nodes
    where not is_leaf
    group by methodology_code
    having bool_and(aggregation = 'sum' and rounding_mode = 'none')

)

-- Parents of such a tree are clipped only where marks of children do not add up, which the seeds' tests refuse; the last
-- condition asks all the same.
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
