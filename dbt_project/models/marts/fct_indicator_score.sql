{{ config(materialized="by_edition") }}

with node_scores as (

    select * from {{ ref('int_node_score') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

series as (

    select * from {{ ref('stg_series') }}

)

select
    node_scores.series_code,
    node_scores.assessment_year,
    node_scores.methodology_code,
    node_scores.unit_code,
    node_scores.node_code,
    nodes.parent_node_code,
    nodes.dimension_code,
    node_scores.depth as node_level,
    nodes.full_mark,
    node_scores.score,
    {{ published_score('node_scores.score', 'series.publication_digits') }} as published_score,
    {{ score_quotient('node_scores.score', 'nodes.full_mark', 10, 4) }} as score_rate,
    cast(node_scores.applicable_mark as decimal(18, 10)) as applicable_mark,
    cast(node_scores.assessed_mark as decimal(18, 10)) as assessed_mark,
    node_scores.is_vetoed
from node_scores
inner join nodes
    on node_scores.methodology_code = nodes.methodology_code
    and node_scores.node_code = nodes.node_code
inner join series
    on node_scores.series_code = series.series_code
where node_scores.depth >= 2
order by
    node_scores.series_code,
    node_scores.assessment_year,
    node_scores.methodology_code,
    node_scores.unit_code,
    nodes.sort_path
