{{ config(materialized="by_edition") }}

with scores as (

    select * from {{ ref('int_unit_score') }}

),

ranks as (

    select * from {{ ref('int_unit_rank') }}

),

bands as (

    select * from {{ ref('int_methodology_grade_band') }}

),

-- Units level with each other are one step.
steps as (

    select
        ranks.series_code,
        ranks.assessment_year,
        ranks.methodology_code,
        ranks.region_code,
        ranks.unit_rank,
        max(scores.ranking_score) as step_score
    from ranks
    inner join scores
        on ranks.series_code = scores.series_code
        and ranks.assessment_year = scores.assessment_year
        and ranks.methodology_code = scores.methodology_code
        and ranks.unit_code = scores.unit_code
    group by
        ranks.series_code, ranks.assessment_year, ranks.methodology_code, ranks.region_code, ranks.unit_rank

),

next_steps as (

    select
        *,
        lag(unit_rank) over region as next_rank,
        lag(step_score) over region as next_step_score
    from steps
    window region as (
        partition by series_code, assessment_year, methodology_code, region_code
        order by unit_rank
    )

),

unit_steps as (

    select
        ranks.series_code,
        ranks.assessment_year,
        ranks.methodology_code,
        ranks.unit_code,
        max(case when ranks.is_nation then ranks.unit_rank end) as rank_national,
        max(case when ranks.is_root then next_steps.next_rank end) as next_rank,
        max(case when ranks.is_root then next_steps.next_step_score end) as next_step_score,
        max(case when ranks.region_level = 'province' then ranks.unit_rank end) as rank_in_province,
        max(case when ranks.region_level = 'province' then next_steps.next_rank end) as next_rank_in_province,
        max(case when ranks.region_level = 'province' then next_steps.next_step_score end) as next_step_score_in_province
    from ranks
    inner join next_steps
        on ranks.series_code = next_steps.series_code
        and ranks.assessment_year = next_steps.assessment_year
        and ranks.methodology_code = next_steps.methodology_code
        and ranks.region_code = next_steps.region_code
        and ranks.unit_rank = next_steps.unit_rank
    group by ranks.series_code, ranks.assessment_year, ranks.methodology_code, ranks.unit_code

),

-- The grade above is the one that begins where the unit's own ends.
next_grades as (

    select
        bands.methodology_code,
        bands.grade,
        better_bands.grade as next_grade,
        better_bands.lower_bound as next_grade_lower_bound
    from bands
    inner join bands as better_bands
        on bands.methodology_code = better_bands.methodology_code
        and bands.upper_bound = better_bands.lower_bound

)

select
    scores.series_code,
    scores.assessment_year,
    scores.methodology_code,
    scores.unit_code,
    scores.score,
    cast(unit_steps.rank_national as integer) as rank_national,
    cast(unit_steps.next_rank as integer) as next_rank,
    unit_steps.next_step_score as score_of_next_rank,
    cast(unit_steps.next_step_score - scores.ranking_score as decimal(18, 10)) as points_to_next_rank,
    cast(unit_steps.rank_in_province as integer) as rank_in_province,
    cast(unit_steps.next_rank_in_province as integer) as next_rank_in_province,
    unit_steps.next_step_score_in_province as score_of_next_rank_in_province,
    cast(
        unit_steps.next_step_score_in_province - scores.ranking_score as decimal(18, 10)
    ) as points_to_next_rank_in_province,
    scores.grade,
    next_grades.next_grade,
    next_grades.next_grade_lower_bound,
    cast(next_grades.next_grade_lower_bound - scores.score as decimal(18, 10)) as points_to_next_grade
from scores
left join unit_steps
    on scores.series_code = unit_steps.series_code
    and scores.assessment_year = unit_steps.assessment_year
    and scores.methodology_code = unit_steps.methodology_code
    and scores.unit_code = unit_steps.unit_code
left join next_grades
    on scores.methodology_code = next_grades.methodology_code
    and scores.grade = next_grades.grade
order by scores.series_code, scores.assessment_year, scores.methodology_code, scores.unit_code
