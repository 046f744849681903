with region_scores as (

    select * from {{ ref('region_score') }}
    where node_level <= 1

),

editions as (

    select * from {{ ref('int_edition') }}

),

territories as (

    select * from {{ ref('int_region') }}
    where is_root

)

-- The edition before and the one before that, not the last one in which the region happened to have a mean.
select
    region_scores.series_code,
    region_scores.methodology_code,
    region_scores.region_code,
    region_scores.node_code,
    region_scores.assessment_year,
    region_scores.region_level,
    region_scores.region_name_zh,
    region_scores.region_name_en,
    region_scores.node_level,
    region_scores.mean_of_units as score,
    previous_scores.assessment_year as previous_assessment_year,
    previous_scores.mean_of_units as previous_score,
    cast(region_scores.mean_of_units - previous_scores.mean_of_units as decimal(18, 10)) as change_from_previous,
    first_scores.assessment_year as first_assessment_year,
    first_scores.mean_of_units as first_score,
    cast(region_scores.mean_of_units - first_scores.mean_of_units as decimal(18, 10)) as three_year_change,
    {{ trend_direction('region_scores.mean_of_units - first_scores.mean_of_units') }} as three_year_direction,
    region_scores.mean_of_subregions,
    cast(region_scores.mean_of_subregions - previous_scores.mean_of_subregions as decimal(18, 10))
        as mean_of_subregions_change_from_previous,
    cast(region_scores.mean_of_subregions - first_scores.mean_of_subregions as decimal(18, 10))
        as mean_of_subregions_three_year_change,
    region_scores.weighted_mean_of_units,
    cast(region_scores.weighted_mean_of_units - previous_scores.weighted_mean_of_units as decimal(18, 10))
        as weighted_mean_change_from_previous,
    cast(region_scores.weighted_mean_of_units - first_scores.weighted_mean_of_units as decimal(18, 10))
        as weighted_mean_three_year_change,
    region_scores.rank_in_level,
    previous_scores.rank_in_level as previous_rank_in_level,
    -- A rank among others than before says nothing of a rise or fall.
    case
        when previous_territories.region_code = territories.region_code
            then previous_scores.rank_in_level - region_scores.rank_in_level
    end as rank_gain
from region_scores
inner join editions
    on region_scores.series_code = editions.series_code
    and region_scores.assessment_year = editions.assessment_year
inner join territories
    on region_scores.series_code = territories.series_code
    and region_scores.assessment_year = territories.assessment_year
left join editions as previous_editions
    on editions.series_code = previous_editions.series_code
    and editions.previous_assessment_year = previous_editions.assessment_year
left join region_scores as previous_scores
    on region_scores.series_code = previous_scores.series_code
    and region_scores.methodology_code = previous_scores.methodology_code
    and region_scores.region_code = previous_scores.region_code
    and region_scores.node_code = previous_scores.node_code
    and editions.previous_assessment_year = previous_scores.assessment_year
left join territories as previous_territories
    on previous_scores.series_code = previous_territories.series_code
    and previous_scores.assessment_year = previous_territories.assessment_year
left join region_scores as first_scores
    on region_scores.series_code = first_scores.series_code
    and region_scores.methodology_code = first_scores.methodology_code
    and region_scores.region_code = first_scores.region_code
    and region_scores.node_code = first_scores.node_code
    and previous_editions.previous_assessment_year = first_scores.assessment_year
order by
    region_scores.series_code,
    region_scores.methodology_code,
    region_scores.region_level,
    region_scores.region_code,
    region_scores.node_level,
    region_scores.node_code,
    region_scores.assessment_year
