{{ config(materialized="by_edition") }}

with points as (

    select * from {{ ref('int_node_point') }}

),

reasons as (

    select * from {{ ref('int_node_reason') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

)

select
    points.series_code,
    points.assessment_year,
    points.methodology_code,
    points.unit_code,
    points.node_code,
    nodes.parent_node_code,
    nodes.depth as node_level,
    nodes.sort_path,
    nodes.is_leaf,
    nodes.name_zh as node_name_zh,
    nodes.name_en as node_name_en,
    nodes.full_mark,
    reasons.score,
    points.points,
    points.full_points,
    points.points_lost,
    reasons.status,
    reasons.reason_zh,
    reasons.reason_en
from points
inner join nodes
    on points.methodology_code = nodes.methodology_code
    and points.node_code = nodes.node_code
inner join reasons
    on points.series_code = reasons.series_code
    and points.assessment_year = reasons.assessment_year
    and points.methodology_code = reasons.methodology_code
    and points.unit_code = reasons.unit_code
    and points.node_code = reasons.node_code
order by
    points.series_code,
    points.assessment_year,
    points.methodology_code,
    points.unit_code,
    nodes.sort_path
