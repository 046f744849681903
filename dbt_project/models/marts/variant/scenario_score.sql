with variants as (

    select * from {{ ref('int_variant_edition') }}

),

stated_variants as (

    select * from {{ ref('stg_variant') }}

),

node_values as (

    select * from {{ ref('int_variant_node_value') }}
    where depth = 0

),

unit_scores as (

    select * from {{ ref('int_unit_score') }}

),

additional_points as (

    select * from {{ ref('int_additional_point') }}

),

-- An index on an interval is told in the marks of the base, and what events give is added to it.
scores as (

    select
        variants.series_code,
        variants.assessment_year,
        variants.variant_code,
        variants.methodology_code,
        unit_scores.unit_code,
        unit_scores.is_ranked and node_values.value is not null as is_ranked,
        unit_scores.unrounded_score as official_score,
        node_values.value as variant_value,
        case
            when stated_variants.normalisation in ('stated', 'min_max', 'goal_posts') and variants.aggregation <> 'copeland'
                then round(
                    node_values.value / variants.upper * cast(coalesce(unit_scores.base_full_mark, unit_scores.full_mark) as double)
                    + coalesce(additional_points.points, 0),
                    10
                )
        end as variant_score
    from variants
    inner join stated_variants
        on variants.variant_code = stated_variants.variant_code
    inner join unit_scores
        on variants.series_code = unit_scores.series_code
        and variants.assessment_year = unit_scores.assessment_year
        and variants.methodology_code = unit_scores.methodology_code
    left join node_values
        on variants.variant_code = node_values.variant_code
        and variants.assessment_year = node_values.assessment_year
        and unit_scores.unit_code = node_values.unit_code
    left join additional_points
        on unit_scores.series_code = additional_points.series_code
        and unit_scores.assessment_year = additional_points.assessment_year
        and unit_scores.methodology_code = additional_points.methodology_code
        and unit_scores.unit_code = additional_points.unit_code

),

ranks as (

    select
        *,
        case when is_ranked then rank() over (
            partition by variant_code, assessment_year, is_ranked order by official_score desc
        ) end as official_rank,
        case when is_ranked then rank() over (
            partition by variant_code, assessment_year, is_ranked order by coalesce(variant_score, variant_value) desc
        ) end as variant_rank
    from scores

)

select
    series_code,
    assessment_year,
    variant_code,
    methodology_code,
    unit_code,
    is_ranked,
    cast(official_score as decimal(18, 10)) as official_score,
    variant_value,
    cast(variant_score as decimal(18, 10)) as variant_score,
    cast(cast(variant_score as decimal(18, 10)) - official_score as decimal(18, 10)) as score_difference,
    cast(official_rank as integer) as official_rank,
    cast(variant_rank as integer) as variant_rank,
    cast(official_rank - variant_rank as integer) as rank_gain
from ranks
