{{ config(materialized="by_edition", looks_back=true) }}

with region_scores as (

    select * from {{ ref('region_score') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

-- An edition that lies within one province has no nation to be compared with.
root_scores as (

    select region_scores.*
    from region_scores
    inner join {{ ref('int_region') }} as regions
        on region_scores.series_code = regions.series_code
        and region_scores.assessment_year = regions.assessment_year
        and region_scores.region_code = regions.region_code
        and regions.is_nation

),

best_scores as (

    select *
    from region_scores
    where rank_in_level is not null
    qualify row_number() over (
        partition by series_code, assessment_year, methodology_code, region_level, node_code
        order by mean_of_units desc, region_code
    ) = 1

)

select
    region_scores.series_code,
    region_scores.assessment_year,
    region_scores.methodology_code,
    region_scores.region_code,
    region_scores.region_level,
    region_scores.region_name_zh,
    region_scores.region_name_en,
    region_scores.node_code,
    region_scores.node_level,
    region_scores.full_mark,
    region_scores.mean_of_units,
    region_scores.weighted_mean_of_units,
    region_scores.weight_coverage,
    region_scores.rank_in_level,
    region_scores.rank_within_parent,
    root_scores.mean_of_subregions as national_mean_of_subregions,
    root_scores.mean_of_units as national_mean_of_units,
    root_scores.weighted_mean_of_units as national_weighted_mean_of_units,
    cast(region_scores.mean_of_units - root_scores.mean_of_subregions as decimal(18, 10))
        as gap_to_national_mean_of_subregions,
    cast(region_scores.mean_of_units - root_scores.mean_of_units as decimal(18, 10)) as gap_to_national_mean_of_units,
    cast(region_scores.weighted_mean_of_units - root_scores.weighted_mean_of_units as decimal(18, 10))
        as gap_to_national_weighted_mean,
    best_scores.region_code as best_region_code,
    best_scores.region_name_zh as best_region_name_zh,
    best_scores.region_name_en as best_region_name_en,
    best_scores.mean_of_units as best_mean_of_units,
    cast(best_scores.mean_of_units - region_scores.mean_of_units as decimal(18, 10)) as gap_to_best,
    editions.previous_assessment_year,
    previous_scores.mean_of_units as previous_mean_of_units,
    cast(region_scores.mean_of_units - previous_scores.mean_of_units as decimal(18, 10)) as change_from_previous
from region_scores
inner join editions
    on region_scores.series_code = editions.series_code
    and region_scores.assessment_year = editions.assessment_year
left join root_scores
    on region_scores.series_code = root_scores.series_code
    and region_scores.assessment_year = root_scores.assessment_year
    and region_scores.methodology_code = root_scores.methodology_code
    and region_scores.node_code = root_scores.node_code
left join best_scores
    on region_scores.series_code = best_scores.series_code
    and region_scores.assessment_year = best_scores.assessment_year
    and region_scores.methodology_code = best_scores.methodology_code
    and region_scores.region_level = best_scores.region_level
    and region_scores.node_code = best_scores.node_code
left join region_scores as previous_scores
    on region_scores.series_code = previous_scores.series_code
    and editions.previous_assessment_year = previous_scores.assessment_year
    and region_scores.methodology_code = previous_scores.methodology_code
    and region_scores.region_code = previous_scores.region_code
    and region_scores.node_code = previous_scores.node_code
order by
    region_scores.series_code,
    region_scores.assessment_year,
    region_scores.methodology_code,
    region_scores.region_level,
    region_scores.region_code,
    region_scores.node_level,
    region_scores.node_code
