{{ config(materialized="by_edition") }}

with ranks as (

    select * from {{ ref('int_unit_rank') }}

),

scores as (

    select * from {{ ref('fct_unit_score') }}

),

regions as (

    select * from {{ ref('dim_region') }}

)

select
    ranks.series_code,
    ranks.assessment_year,
    ranks.methodology_code,
    ranks.region_code,
    ranks.region_level,
    regions.name_zh as region_name_zh,
    regions.name_en as region_name_en,
    cast(ranks.unit_rank as integer) as unit_rank,
    cast(ranks.ranked_unit_count as integer) as ranked_unit_count,
    ranks.unit_code,
    scores.unit_name_zh,
    scores.unit_name_en,
    scores.score,
    scores.published_score,
    scores.grade
from ranks
inner join scores
    on ranks.series_code = scores.series_code
    and ranks.assessment_year = scores.assessment_year
    and ranks.methodology_code = scores.methodology_code
    and ranks.unit_code = scores.unit_code
inner join regions
    on ranks.series_code = regions.series_code
    and ranks.assessment_year = regions.assessment_year
    and ranks.region_code = regions.region_code
order by
    ranks.series_code,
    ranks.assessment_year,
    ranks.methodology_code,
    ranks.region_code,
    ranks.unit_rank,
    ranks.unit_code
