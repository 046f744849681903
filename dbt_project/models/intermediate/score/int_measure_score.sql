{{ config(materialized="by_edition") }}

with cells as (

    select * from {{ ref('int_assessment_cell') }}

),

weights as (

    select * from {{ ref('int_rule_weight') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

scores as (

    select * from {{ ref('int_measure_score_linear') }}

    union all

    select * from {{ ref('int_measure_score_deduct') }}

    union all

    select * from {{ ref('int_measure_score_veto') }}

    {% if env_var('ZHENGXIN_OVER_UNITS', '1') == '1' %}
    union all

    select * from {{ ref('int_measure_score_relative') }}

    {% endif %}
),

-- The marks of a leaf's measures add up to its full mark exactly, whatever the weights.
measure_marks as (

    select
        weights.methodology_code,
        weights.measure_code,
        weights.weight,
        weights.weight_share,
        {{ mark_from_scaled(share_out(
            scaled_integer('nodes.full_mark', 13),
            'weights.weight_share',
            'weights.weight_share_so_far',
            'weights.weight_share_of_leaf'
        )) }} as measure_mark
    from weights
    inner join nodes
        on weights.methodology_code = nodes.methodology_code
        and weights.node_code = nodes.node_code

)

select
    cells.series_code,
    cells.assessment_year,
    cells.methodology_code,
    cells.unit_code,
    cells.node_code,
    cells.measure_code,
    cells.rule_family,
    cells.status,
    cells.value,
    cells.batch_id,
    cells.row_number,
    measure_marks.weight,
    measure_marks.weight_share,
    measure_marks.measure_mark,
    scores.normalised_value,
    scores.deduction,
    scores.is_vetoed
from cells
inner join scores
    on cells.series_code = scores.series_code
    and cells.assessment_year = scores.assessment_year
    and cells.methodology_code = scores.methodology_code
    and cells.unit_code = scores.unit_code
    and cells.measure_code = scores.measure_code
inner join measure_marks
    on cells.methodology_code = measure_marks.methodology_code
    and cells.measure_code = measure_marks.measure_code
