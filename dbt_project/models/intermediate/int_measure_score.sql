with cells as (

    select * from {{ ref('int_assessment_cell') }}

),

rules as (

    select * from {{ ref('stg_measure_rule') }}

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

),

measure_marks as (

    select
        rules.methodology_code,
        rules.measure_code,
        rules.weight,
        cast(nodes.full_mark * rules.weight as decimal(18, 10)) as measure_mark
    from rules
    inner join nodes
        on rules.methodology_code = nodes.methodology_code
        and rules.node_code = nodes.node_code
    where rules.rule_family <> 'event'

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
