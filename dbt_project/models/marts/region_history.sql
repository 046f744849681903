{{ config(materialized='view') }}

with region_scores as (

    select * from {{ ref('region_score') }}
    where node_level <= 1

),

methodologies as (

    select * from {{ ref('stg_methodology') }}

)

-- A view, as unit_history is.
select
    region_scores.series_code,
    region_scores.methodology_code,
    region_scores.region_code,
    region_scores.node_code,
    region_scores.assessment_year,
    'restated' as basis,
    region_scores.region_level,
    region_scores.region_name_zh,
    region_scores.region_name_en,
    region_scores.node_level,
    region_scores.full_mark,
    methodologies.methodology_version,
    region_scores.mean_of_units,
    region_scores.mean_of_subregions,
    region_scores.weighted_mean_of_units,
    region_scores.published_mean_of_units,
    region_scores.published_mean_of_subregions,
    region_scores.published_weighted_mean_of_units,
    region_scores.unit_count,
    region_scores.rank_in_level,
    cast(null as varchar) as release_id
from region_scores
inner join methodologies
    on region_scores.methodology_code = methodologies.methodology_code

union all

select
    series_code,
    methodology_code,
    region_code,
    node_code,
    assessment_year,
    'as_published' as basis,
    region_level,
    region_name_zh,
    region_name_en,
    node_level,
    full_mark,
    methodology_version,
    mean_of_units,
    mean_of_subregions,
    weighted_mean_of_units,
    published_mean_of_units,
    published_mean_of_subregions,
    published_weighted_mean_of_units,
    unit_count,
    rank_in_level,
    release_id
from {{ ref('stg_released_region_score') }}
order by series_code, methodology_code, region_code, node_code, assessment_year, basis
