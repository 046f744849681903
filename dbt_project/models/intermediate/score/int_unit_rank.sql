{{ config(materialized="by_edition") }}

with scores as (

    select * from {{ ref('int_unit_score') }}
    where is_ranked

),

unit_regions as (

    select * from {{ ref('int_unit_region') }}

)

select
    scores.series_code,
    scores.assessment_year,
    scores.methodology_code,
    scores.unit_code,
    unit_regions.region_code,
    unit_regions.region_level,
    unit_regions.is_root,
    unit_regions.is_nation,
    rank() over (
        partition by scores.series_code, scores.assessment_year, scores.methodology_code, unit_regions.region_code
        order by scores.ranking_score desc
    ) as unit_rank,
    count(*) over (
        partition by scores.series_code, scores.assessment_year, scores.methodology_code, unit_regions.region_code
    ) as ranked_unit_count
from scores
inner join unit_regions
    on scores.series_code = unit_regions.series_code
    and scores.assessment_year = unit_regions.assessment_year
    and scores.unit_code = unit_regions.unit_code
