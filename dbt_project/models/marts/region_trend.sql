with region_scores as (

    select * from {{ ref('region_score') }}
    where node_level <= 1

),

ordered as (

    select
        series_code,
        assessment_year,
        methodology_code,
        region_code,
        region_level,
        region_name_zh,
        region_name_en,
        node_code,
        node_level,
        mean_of_units as score,
        lag(assessment_year) over region_years as previous_assessment_year,
        lag(mean_of_units) over region_years as previous_score,
        lag(assessment_year, 2) over region_years as first_assessment_year,
        lag(mean_of_units, 2) over region_years as first_score,
        rank_in_level,
        lag(rank_in_level) over region_years as previous_rank_in_level
    from region_scores
    window region_years as (
        partition by series_code, methodology_code, region_code, node_code
        order by assessment_year
    )

)

select
    series_code,
    methodology_code,
    region_code,
    node_code,
    assessment_year,
    region_level,
    region_name_zh,
    region_name_en,
    node_level,
    score,
    previous_assessment_year,
    previous_score,
    cast(score - previous_score as decimal(18, 10)) as change_from_previous,
    first_assessment_year,
    first_score,
    cast(score - first_score as decimal(18, 10)) as three_year_change,
    {{ trend_direction('score - first_score') }} as three_year_direction,
    rank_in_level,
    previous_rank_in_level,
    previous_rank_in_level - rank_in_level as rank_gain
from ordered
order by series_code, methodology_code, region_level, region_code, node_level, node_code, assessment_year
