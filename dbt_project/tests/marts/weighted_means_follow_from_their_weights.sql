-- Fails with each region's weighted mean of the composite that is not, to the last digit, the sum of score × weight over the
-- sum of weights of its units, with the population of unit_attribute as it was before the frame date.
with weights as (

    select
        attributes.series_code,
        attributes.assessment_year,
        attributes.unit_code,
        attributes.attribute_value as weight
    from {{ ref('unit_attribute') }} as attributes
    inner join {{ ref('stg_average_weight') }} as choices
        on attributes.series_code = choices.series_code
        and attributes.attribute_code = choices.attribute_code
    where attributes.is_before_edition
        and attributes.attribute_value > 0

),

expected_means as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        unit_regions.region_code,
        sum(cast(scores.score * weights.weight as decimal(38, 14))) as weighted_sum,
        sum(weights.weight) as weight_sum,
        count(*) as unit_count
    from {{ ref('fct_unit_score') }} as scores
    inner join weights
        on scores.series_code = weights.series_code
        and scores.assessment_year = weights.assessment_year
        and scores.unit_code = weights.unit_code
    inner join {{ ref('int_unit_region') }} as unit_regions
        on scores.series_code = unit_regions.series_code
        and scores.assessment_year = unit_regions.assessment_year
        and scores.unit_code = unit_regions.unit_code
    where scores.score is not null
    group by scores.series_code, scores.assessment_year, scores.methodology_code, unit_regions.region_code

)

select
    region_scores.series_code,
    region_scores.assessment_year,
    region_scores.methodology_code,
    region_scores.region_code,
    region_scores.weighted_mean_of_units,
    region_scores.weighted_unit_count,
    expected_means.weighted_sum,
    expected_means.weight_sum,
    expected_means.unit_count
from {{ ref('region_score') }} as region_scores
left join expected_means
    on region_scores.series_code = expected_means.series_code
    and region_scores.assessment_year = expected_means.assessment_year
    and region_scores.methodology_code = expected_means.methodology_code
    and region_scores.region_code = expected_means.region_code
where region_scores.node_level = 0
    and region_scores.node_code <> 'base'
    and (
        region_scores.weighted_unit_count is distinct from coalesce(expected_means.unit_count, 0)
        -- half a unit of the last of the ten decimals
        or abs(
            region_scores.weighted_mean_of_units - cast(
                expected_means.weighted_sum / expected_means.weight_sum as decimal(28, 14)
            )
        ) > cast('0.000000000051' as decimal(18, 12))
    )
