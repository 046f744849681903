{{ config(materialized="view") }}

with cells as (

    select * from {{ ref('int_assessment_cell') }}
    where rule_family = 'deduct'

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

)

select
    cells.series_code,
    cells.assessment_year,
    cells.methodology_code,
    cells.unit_code,
    cells.measure_code,
    cast(
        case
            when cells.status = 'not_published' then 0
            when cells.status in ('observed', 'verified') then 1
        end as decimal(14, 12)
    ) as normalised_value,
    -- A node never falls by more than its whole range, so a larger deduction is cut there: same score, no overflow.
    cast(
        case
            when cells.status in ('observed', 'verified') then least(
                cast(rules.deduct_per_case as decimal(9, 4)) * cast(cells.value as decimal(20, 9)),
                nodes.full_mark - nodes.min_mark
            )
            else 0
        end as decimal(24, 13)
    ) as deduction,
    false as is_vetoed
from cells
inner join rules
    on cells.methodology_code = rules.methodology_code
    and cells.measure_code = rules.measure_code
inner join nodes
    on cells.methodology_code = nodes.methodology_code
    and cells.node_code = nodes.node_code
