-- Fails with each region's mean that lies outside its units' lowest and highest score, that is there without a scored
-- unit, or that is missing with one.
{{ config(meta={"by_edition": true}) }}

select
    series_code,
    assessment_year,
    methodology_code,
    region_code,
    node_code,
    min_score,
    mean_of_units,
    mean_of_subregions,
    weighted_mean_of_units,
    max_score,
    scored_unit_count,
    unit_count
from {{ ref('region_score') }}
where mean_of_units < min_score
    or mean_of_units > max_score
    or mean_of_subregions < min_score
    or mean_of_subregions > max_score
    or weighted_mean_of_units < min_score
    or weighted_mean_of_units > max_score
    or (weighted_mean_of_units is null) is distinct from (weighted_unit_count = 0)
    or weighted_unit_count > scored_unit_count
    or (mean_of_units is null) is distinct from (scored_unit_count = 0)
    or (mean_of_subregions is null) is distinct from (scored_unit_count = 0)
    or (member_count = 0) is distinct from (scored_unit_count = 0)
    or scored_unit_count > unit_count
