{{ config(materialized="view") }}

with statistics as (

    select * from {{ ref('int_region_statistic') }}

),

figures as (

    select
        figures.*
    from {{ ref('stg_published_figure') }} as figures
    inner join {{ ref('int_edition') }} as editions
        on figures.series_code = editions.series_code
        and figures.assessment_year = editions.assessment_year

),

region_counts as (

    select
        series_code,
        assessment_year,
        region_level,
        count(*) as region_count
    from {{ ref('dim_region') }}
    where unit_count > 0
    group by series_code, assessment_year, region_level

),

-- A bound on a mean is a statement about the mean itself.
compared_figures as (

    select
        figures.*,
        case
            when figures.statistic like '%_lower_bound' then replace(figures.statistic, '_lower_bound', '')
            when figures.statistic like '%_upper_bound' then replace(figures.statistic, '_upper_bound', '')
            when figures.statistic in ('gap_to_region', 'trend_direction') then 'mean_of_units'
            when figures.statistic = 'rank_position' then 'rank_within_parent'
            else figures.statistic
        end as compared_statistic,
        case
            when figures.statistic like '%_lower_bound' then 'at_least'
            when figures.statistic like '%_upper_bound' then 'at_most'
            else 'equal'
        end as comparison
    from figures

),

figure_values as (

    select
        compared_figures.*,
        own.value as own_value,
        reference_region.value as reference_region_value,
        reference_year.value as reference_year_value,
        region_counts.region_count
    from compared_figures
    left join statistics as own
        on compared_figures.series_code = own.series_code
        and compared_figures.assessment_year = own.assessment_year
        and compared_figures.region_code = own.region_code
        and compared_figures.node_code is not distinct from own.node_code
        and compared_figures.compared_statistic = own.statistic
    left join statistics as reference_region
        on compared_figures.statistic = 'gap_to_region'
        and compared_figures.series_code = reference_region.series_code
        and compared_figures.assessment_year = reference_region.assessment_year
        and compared_figures.reference_region_code = reference_region.region_code
        and compared_figures.node_code is not distinct from reference_region.node_code
        and compared_figures.compared_statistic = reference_region.statistic
    left join statistics as reference_year
        on compared_figures.statistic in ('trend_direction', 'rank_position')
        and compared_figures.series_code = reference_year.series_code
        and compared_figures.reference_year = reference_year.assessment_year
        and compared_figures.region_code = reference_year.region_code
        and compared_figures.node_code is not distinct from reference_year.node_code
        and compared_figures.compared_statistic = reference_year.statistic
    left join region_counts
        on compared_figures.series_code = region_counts.series_code
        and compared_figures.assessment_year = region_counts.assessment_year
        and compared_figures.region_level = region_counts.region_level

)

-- "In the middle" is read as the middle third and its edges, in the first and in the last year of the comparison.
select
    *,
    case
        when statistic = 'gap_to_region' then own_value - reference_region_value
        when statistic = 'trend_direction' then sign(own_value - reference_year_value)
        when statistic = 'rank_position' then case
            when own_value * 3 between region_count and 2 * region_count + 3
                and reference_year_value * 3 between region_count and 2 * region_count + 3 then 1
            when own_value is not null and reference_year_value is not null then 0
        end
        else own_value
    end as computed_value,
    case when statistic = 'rank_position' then 1 else value end as expected_value
from figure_values
