{{ config(materialized="view") }}

with cells as (

    select * from {{ ref('int_assessment_cell') }}
    where rule_family = 'veto'

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

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
    cast(0 as decimal(24, 13)) as deduction,
    case
        when cells.status not in ('observed', 'verified') then false
        when rules.veto_operator = '>=' then cells.value >= rules.veto_threshold
        when rules.veto_operator = '>' then cells.value > rules.veto_threshold
        when rules.veto_operator = '<=' then cells.value <= rules.veto_threshold
        when rules.veto_operator = '<' then cells.value < rules.veto_threshold
    end as is_vetoed
from cells
inner join rules
    on cells.methodology_code = rules.methodology_code
    and cells.measure_code = rules.measure_code
