-- Fails with each published figure that is not its score rounded half up (away from zero) to the decimals of its series.
-- Written without the project's rounding macro: |published| - |score| is at most half a step of the last published decimal,
-- and more than minus half a step.
{{ config(meta={"by_edition": true}) }}

with scores as (

    select 'fct_unit_score.score' as figure, series_code, assessment_year, score, published_score
    from {{ ref('fct_unit_score') }}

    union all

    select 'fct_unit_score.base_score' as figure, series_code, assessment_year, base_score as score, published_base_score as published_score
    from {{ ref('fct_unit_score') }}

    union all

    select 'fct_dimension_score.score' as figure, series_code, assessment_year, score, published_score
    from {{ ref('fct_dimension_score') }}

    union all

    select 'fct_indicator_score.score' as figure, series_code, assessment_year, score, published_score
    from {{ ref('fct_indicator_score') }}

    union all

    select
        'region_score.mean_of_units' as figure, series_code, assessment_year, mean_of_units as score, published_mean_of_units as published_score
    from {{ ref('region_score') }}

    union all

    select
        'region_score.mean_of_subregions' as figure,
        series_code,
        assessment_year,
        mean_of_subregions as score,
        published_mean_of_subregions as published_score
    from {{ ref('region_score') }}

),

differences as (

    select
        scores.*,
        abs(scores.published_score) - abs(scores.score) as difference,
        cast(scores.published_score * 10000 as bigint) % cast(power(10, 4 - series.publication_digits) as bigint)
            as digits_too_many,
        cast(0.5 / power(10, series.publication_digits) as decimal(18, 10)) as half_a_step
    from scores
    inner join {{ ref('stg_series') }} as series
        on scores.series_code = series.series_code

)

select * from differences
where (score is null) is distinct from (published_score is null)
    or digits_too_many <> 0
    or difference > half_a_step
    or difference <= -half_a_step
    or (published_score <> 0 and sign(score) <> sign(published_score))
