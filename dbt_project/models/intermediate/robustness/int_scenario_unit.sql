with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

unit_scores as (

    select * from {{ ref('int_unit_score') }}

),

additional_points as (

    select * from {{ ref('int_additional_point') }}

),

nominal_values as (

    select * from {{ ref('int_variant_node_value') }}
    where depth = 0

)

select
    subjects.subject_number,
    cast(row_number() over (partition by subjects.subject_number order by unit_scores.unit_code) - 1 as integer) as unit_place,
    unit_scores.unit_code,
    unit_scores.is_ranked and coalesce(nominal_values.value, cast(unit_scores.unrounded_score as double)) is not null
        as is_ranked,
    case
        when subjects.nominal_variant_code is null then cast(unit_scores.unrounded_score as double) else nominal_values.value
    end as nominal_score,
    cast(coalesce(additional_points.points, 0) as double) as additional_points
from subjects
inner join unit_scores
    on subjects.series_code = unit_scores.series_code
    and subjects.assessment_year = unit_scores.assessment_year
    and subjects.methodology_code = unit_scores.methodology_code
left join additional_points
    on unit_scores.series_code = additional_points.series_code
    and unit_scores.assessment_year = additional_points.assessment_year
    and unit_scores.methodology_code = additional_points.methodology_code
    and unit_scores.unit_code = additional_points.unit_code
left join nominal_values
    on subjects.nominal_variant_code = nominal_values.variant_code
    and subjects.assessment_year = nominal_values.assessment_year
    and unit_scores.unit_code = nominal_values.unit_code
