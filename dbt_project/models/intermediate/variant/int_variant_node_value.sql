{% set max_depth = var('max_tree_depth') %}

with nodes as (

    select * from {{ ref('int_variant_node') }}

),

leaves as (

    select
        leaf_values.series_code,
        leaf_values.assessment_year,
        leaf_values.variant_code,
        leaf_values.unit_code,
        leaf_values.node_code,
        nodes.depth,
        leaf_values.value
    from {{ ref('int_variant_leaf') }} as leaf_values
    inner join nodes
        on leaf_values.variant_code = nodes.variant_code
        and leaf_values.assessment_year = nodes.assessment_year
        and leaf_values.node_code = nodes.node_code

),

-- One step of the roll-up for each depth, from the deepest parents to the root.
{% for depth in range(max_depth - 1, -1, -1) %}
depth_{{ depth }} as (

    {{ roll_up_variant(
        ["leaves"] + (["depth_" ~ (depth + 1)] if depth < max_depth - 1 else []), depth + 1
    ) }}

){{ "," if not loop.last }}

{% endfor %}

{% for depth in range(max_depth - 1, -1, -1) %}
{% if not loop.first %}

union all

{% endif %}
select * from depth_{{ depth }}
{% endfor %}
