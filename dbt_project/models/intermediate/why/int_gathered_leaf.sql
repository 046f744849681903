{{ config(materialized="view") }}

-- A leaf of one measure needs no gathering.
with leaves_of_many as (

    select
        methodology_code,
        node_code
    from {{ ref('int_methodology_rule') }}
    group by methodology_code, node_code
    having count(*) > 1

)

select
    scores.series_code,
    scores.assessment_year,
    scores.methodology_code,
    scores.unit_code,
    scores.node_code,
    sum(case when scores.normalised_value is not null then scores.weight else 0 end) as counted_weight,
    sum(scores.deduction) as deduction,
    bool_or(scores.is_vetoed) as is_vetoed,
    string_agg(
        case when scores.weight > 0
            then {{ operand('scores.weight') }} || ' × ' || {{ plain_number('scores.normalised_value') }}
        end,
        ' + ' order by scores.measure_code
    ) as weighted_values
from {{ ref('int_measure_score') }} as scores
inner join leaves_of_many
    on scores.methodology_code = leaves_of_many.methodology_code
    and scores.node_code = leaves_of_many.node_code
group by scores.series_code, scores.assessment_year, scores.methodology_code, scores.unit_code, scores.node_code
