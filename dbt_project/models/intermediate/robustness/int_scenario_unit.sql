with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

unit_scores as (

    select * from {{ ref('int_unit_score') }}

),

units as (

    select * from {{ ref('int_unit') }}

),

additional_points as (

    select * from {{ ref('int_additional_point') }}

),

nominal_values as (

    select * from {{ ref('int_variant_node_value') }}
    where depth = 0

),

-- Coverage decides which nodes a unit has no score in, not the draw.
gaps as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        list(nodes.node_place order by nodes.node_place) as unscored_places
    from {{ ref('int_node_score') }} as scores
    inner join {{ ref('int_scenario_node') }} as nodes
        on scores.methodology_code = nodes.methodology_code
        and scores.node_code = nodes.node_code
    where scores.score is null
    group by scores.series_code, scores.assessment_year, scores.methodology_code, scores.unit_code

)

select
    subjects.subject_code,
    cast(row_number() over (partition by subjects.subject_code order by unit_scores.unit_code) - 1 as integer) as unit_place,
    unit_scores.unit_code,
    units.region_code,
    unit_scores.is_ranked and coalesce(nominal_values.value, cast(unit_scores.unrounded_score as double)) is not null
        as is_ranked,
    case
        when subjects.nominal_variant_code is null then cast(unit_scores.unrounded_score as double) else nominal_values.value
    end as nominal_score,
    cast(coalesce(additional_points.points, 0) as double) as additional_points,
    gaps.unscored_places
from subjects
inner join unit_scores
    on subjects.series_code = unit_scores.series_code
    and subjects.assessment_year = unit_scores.assessment_year
    and subjects.methodology_code = unit_scores.methodology_code
inner join units
    on unit_scores.series_code = units.series_code
    and unit_scores.assessment_year = units.assessment_year
    and unit_scores.unit_code = units.unit_code
left join additional_points
    on unit_scores.series_code = additional_points.series_code
    and unit_scores.assessment_year = additional_points.assessment_year
    and unit_scores.methodology_code = additional_points.methodology_code
    and unit_scores.unit_code = additional_points.unit_code
left join nominal_values
    on subjects.nominal_variant_code = nominal_values.variant_code
    and subjects.assessment_year = nominal_values.assessment_year
    and unit_scores.unit_code = nominal_values.unit_code
left join gaps
    on unit_scores.series_code = gaps.series_code
    and unit_scores.assessment_year = gaps.assessment_year
    and unit_scores.methodology_code = gaps.methodology_code
    and unit_scores.unit_code = gaps.unit_code
