{{ config(materialized="view") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}
    where depth = 1
        and not is_base

)

select
    scores.series_code,
    scores.assessment_year,
    scores.methodology_code,
    scores.unit_code,
    cast(sum(scores.score) as decimal(18, 10)) as points
from {{ ref('int_node_score') }} as scores
inner join nodes
    on scores.methodology_code = nodes.methodology_code
    and scores.node_code = nodes.node_code
where scores.depth = 1
group by scores.series_code, scores.assessment_year, scores.methodology_code, scores.unit_code
