{{ config(materialized="by_edition") }}

{% set max_depth = var('max_tree_depth') %}

with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

leaf_scores as (

    select
        leaves.series_code,
        leaves.assessment_year,
        leaves.methodology_code,
        leaves.unit_code,
        leaves.node_code,
        nodes.depth,
        leaves.applicable_mark,
        leaves.assessed_mark,
        leaves.unrounded_score,
        leaves.score,
        leaves.unrounded_score as base_score,
        leaves.is_vetoed,
        leaves.is_event_only
    from {{ ref('int_leaf_score') }} as leaves
    inner join nodes
        on leaves.methodology_code = nodes.methodology_code
        and leaves.node_code = nodes.node_code

),

-- One step of the roll-up for each depth, from the deepest parents to the root.
{% for depth in range(max_depth - 1, -1, -1) %}
depth_{{ depth }} as (

    {{ roll_up_children(
        ["leaf_scores"] + (["depth_" ~ (depth + 1)] if depth < max_depth - 1 else []), depth + 1
    ) }}

),

{% endfor %}
scores as (

    select * from leaf_scores
    {% for depth in range(max_depth - 1, -1, -1) %}

    union all

    select * from depth_{{ depth }}
    {% endfor %}

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    depth,
    applicable_mark,
    assessed_mark,
    unrounded_score,
    score,
    base_score,
    is_vetoed,
    is_event_only
from scores
