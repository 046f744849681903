-- Fails with each gap or change that is not the difference of the two figures it names, and with each of these figures
-- that is not the one of region_score: the nation's (none within a province), the best region's of the level (none where
-- there is no second), the same region's an edition before.
{{ config(meta={"by_edition": true, "looks_back": true}) }}

with comparisons as (

    select * from {{ ref('region_comparison') }}

),

region_scores as (

    select * from {{ ref('region_score') }}

),

root_scores as (

    select * from region_scores
    where parent_region_code is null
        and region_level not in ('province', 'prefecture')

),

best_means as (

    select
        series_code,
        assessment_year,
        methodology_code,
        region_level,
        node_code,
        max(mean_of_units) as best_mean
    from region_scores
    group by series_code, assessment_year, methodology_code, region_level, node_code
    having count(mean_of_units) > 1

),

editions as (

    select * from {{ ref('int_edition') }}

)

select
    region_scores.series_code,
    region_scores.assessment_year,
    region_scores.methodology_code,
    region_scores.region_code,
    region_scores.node_code,
    comparisons.gap_to_national_mean_of_subregions,
    comparisons.gap_to_national_mean_of_units,
    comparisons.gap_to_best,
    comparisons.change_from_previous
from region_scores
inner join editions
    on region_scores.series_code = editions.series_code
    and region_scores.assessment_year = editions.assessment_year
left join root_scores
    on region_scores.series_code = root_scores.series_code
    and region_scores.assessment_year = root_scores.assessment_year
    and region_scores.methodology_code = root_scores.methodology_code
    and region_scores.node_code = root_scores.node_code
left join best_means
    on region_scores.series_code = best_means.series_code
    and region_scores.assessment_year = best_means.assessment_year
    and region_scores.methodology_code = best_means.methodology_code
    and region_scores.region_level = best_means.region_level
    and region_scores.node_code = best_means.node_code
left join region_scores as previous_scores
    on region_scores.series_code = previous_scores.series_code
    and editions.previous_assessment_year = previous_scores.assessment_year
    and region_scores.methodology_code = previous_scores.methodology_code
    and region_scores.region_code = previous_scores.region_code
    and region_scores.node_code = previous_scores.node_code
left join comparisons
    on region_scores.series_code = comparisons.series_code
    and region_scores.assessment_year = comparisons.assessment_year
    and region_scores.methodology_code = comparisons.methodology_code
    and region_scores.region_code = comparisons.region_code
    and region_scores.node_code = comparisons.node_code
left join region_scores as named_best
    on comparisons.series_code = named_best.series_code
    and comparisons.assessment_year = named_best.assessment_year
    and comparisons.methodology_code = named_best.methodology_code
    and comparisons.best_region_code = named_best.region_code
    and comparisons.node_code = named_best.node_code
where comparisons.region_code is null
    or comparisons.mean_of_units is distinct from region_scores.mean_of_units
    or comparisons.gap_to_national_mean_of_subregions
        is distinct from region_scores.mean_of_units - root_scores.mean_of_subregions
    or comparisons.gap_to_national_mean_of_units is distinct from region_scores.mean_of_units - root_scores.mean_of_units
    or comparisons.gap_to_best is distinct from best_means.best_mean - region_scores.mean_of_units
    or named_best.mean_of_units is distinct from best_means.best_mean
    or comparisons.previous_assessment_year is distinct from editions.previous_assessment_year
    or comparisons.change_from_previous is distinct from region_scores.mean_of_units - previous_scores.mean_of_units
