{{ config(materialized='view') }}

with unit_scores as (

    select * from {{ ref('fct_unit_score') }}

),

methodologies as (

    select * from {{ ref('stg_methodology') }}

),

units as (

    select * from {{ ref('dim_unit') }}

),

continuity as (

    select * from {{ ref('int_unit_continuity') }}

),

scores as (

    select
        unit_scores.series_code,
        unit_scores.methodology_code,
        unit_scores.assessment_year,
        'restated' as basis,
        unit_scores.unit_code,
        unit_scores.unit_name_zh,
        unit_scores.unit_name_en,
        methodologies.methodology_version,
        unit_scores.score,
        unit_scores.published_score,
        unit_scores.base_score,
        unit_scores.grade,
        unit_scores.is_ranked,
        unit_scores.rank_overall,
        unit_scores.ranked_unit_count_overall,
        unit_scores.rank_national,
        unit_scores.ranked_unit_count_national,
        cast(null as varchar) as release_id
    from unit_scores
    inner join methodologies
        on unit_scores.methodology_code = methodologies.methodology_code

    union all

    select
        series_code,
        methodology_code,
        assessment_year,
        'as_published' as basis,
        unit_code,
        unit_name_zh,
        unit_name_en,
        methodology_version,
        score,
        published_score,
        base_score,
        grade,
        is_ranked,
        rank_overall,
        ranked_unit_count_overall,
        rank_national,
        ranked_unit_count_national,
        release_id
    from {{ ref('stg_released_unit_score') }}

)

-- A view: what was published is read from the releases anew whenever one is cut, without another build.
select
    scores.series_code,
    scores.methodology_code,
    units.lineage_code,
    scores.assessment_year,
    scores.basis,
    scores.unit_code,
    scores.unit_name_zh,
    scores.unit_name_en,
    scores.methodology_version,
    scores.score,
    scores.published_score,
    scores.base_score,
    scores.grade,
    scores.is_ranked,
    scores.rank_overall,
    scores.ranked_unit_count_overall,
    scores.rank_national,
    scores.ranked_unit_count_national,
    continuity.continuity,
    continuity.predecessor_codes,
    scores.release_id
from scores
left join units
    on scores.series_code = units.series_code
    and scores.assessment_year = units.assessment_year
    and scores.unit_code = units.unit_code
left join continuity
    on scores.series_code = continuity.series_code
    and scores.assessment_year = continuity.assessment_year
    and scores.unit_code = continuity.unit_code
order by
    scores.series_code,
    scores.methodology_code,
    scores.unit_code,
    scores.assessment_year,
    scores.basis
