{{ config(materialized="by_edition") }}

with unit_scores as (

    select * from {{ ref('int_unit_score') }}

),

units as (

    select * from {{ ref('dim_unit') }}

),

ranks as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        max(case when is_root then unit_rank end) as rank_overall,
        max(case when is_root then ranked_unit_count end) as ranked_unit_count_overall,
        max(case when is_nation then unit_rank end) as rank_national,
        max(case when is_nation then ranked_unit_count end) as ranked_unit_count_national,
        max(case when region_level = 'province' then unit_rank end) as rank_in_province,
        max(case when region_level = 'province' then ranked_unit_count end) as ranked_unit_count_in_province,
        max(case when region_level = 'prefecture' then unit_rank end) as rank_in_prefecture,
        max(case when region_level = 'prefecture' then ranked_unit_count end) as ranked_unit_count_in_prefecture
    from {{ ref('int_unit_rank') }}
    group by series_code, assessment_year, methodology_code, unit_code

),

series as (

    select * from {{ ref('stg_series') }}

)

select
    unit_scores.series_code,
    unit_scores.assessment_year,
    unit_scores.methodology_code,
    unit_scores.unit_code,
    units.name_zh as unit_name_zh,
    units.name_en as unit_name_en,
    units.province_name_zh,
    units.province_name_en,
    unit_scores.score,
    {{ published_score('unit_scores.score', 'series.publication_digits') }} as published_score,
    unit_scores.full_mark,
    unit_scores.base_score,
    {{ published_score('unit_scores.base_score', 'series.publication_digits') }} as published_base_score,
    unit_scores.base_full_mark,
    unit_scores.grade,
    unit_scores.is_ranked,
    cast(ranks.rank_overall as integer) as rank_overall,
    cast(ranks.ranked_unit_count_overall as integer) as ranked_unit_count_overall,
    cast(ranks.rank_national as integer) as rank_national,
    cast(ranks.ranked_unit_count_national as integer) as ranked_unit_count_national,
    cast(ranks.rank_in_province as integer) as rank_in_province,
    cast(ranks.ranked_unit_count_in_province as integer) as ranked_unit_count_in_province,
    cast(ranks.rank_in_prefecture as integer) as rank_in_prefecture,
    cast(ranks.ranked_unit_count_in_prefecture as integer) as ranked_unit_count_in_prefecture,
    cast(unit_scores.applicable_mark as decimal(18, 10)) as applicable_mark,
    cast(unit_scores.assessed_mark as decimal(18, 10)) as assessed_mark,
    unit_scores.coverage,
    cast(unit_scores.veto_count as integer) as veto_count
from unit_scores
inner join units
    on unit_scores.series_code = units.series_code
    and unit_scores.assessment_year = units.assessment_year
    and unit_scores.unit_code = units.unit_code
inner join series
    on unit_scores.series_code = series.series_code
left join ranks
    on unit_scores.series_code = ranks.series_code
    and unit_scores.assessment_year = ranks.assessment_year
    and unit_scores.methodology_code = ranks.methodology_code
    and unit_scores.unit_code = ranks.unit_code
order by
    unit_scores.series_code,
    unit_scores.assessment_year,
    unit_scores.methodology_code,
    unit_scores.unit_code
