-- Fails with each unit whose dimensions do not add up to the difference of the variant's score from the official one.
with unit_scores as (

    select * from {{ ref('scenario_score') }}
    where score_difference is not null

),

contributions as (

    select
        variant_code,
        assessment_year,
        unit_code,
        sum(points_difference) as points_difference,
        sum(variant_points) as variant_points
    from {{ ref('scenario_contribution') }}
    group by variant_code, assessment_year, unit_code

)

select
    unit_scores.variant_code,
    unit_scores.assessment_year,
    unit_scores.unit_code,
    unit_scores.score_difference,
    contributions.points_difference
from unit_scores
left join contributions
    on unit_scores.variant_code = contributions.variant_code
    and unit_scores.assessment_year = contributions.assessment_year
    and unit_scores.unit_code = contributions.unit_code
where contributions.points_difference is distinct from unit_scores.score_difference
    or contributions.variant_points is distinct from unit_scores.variant_score
