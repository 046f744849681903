{{ config(materialized="by_edition") }}

with editions as (

    select * from {{ ref('int_edition') }}

),

measure_scores as (

    select
        measure_scores.*,
        editions.primary_methodology_code,
        nodes.full_mark,
        coalesce(observations.is_verified, false) as is_verified,
        -- A leaf at zero though marks could be earned, and the cell has part in it. A veto is a reason of its own.
        nodes.full_mark > 0
        and leaves.score <= 0
        and not leaves.is_vetoed
        and (measure_scores.normalised_value < 1 or measure_scores.deduction > 0) as is_behind_zero
    from {{ ref('int_measure_score') }} as measure_scores
    inner join editions
        on measure_scores.series_code = editions.series_code
        and measure_scores.assessment_year = editions.assessment_year
    inner join {{ ref('int_methodology_node') }} as nodes
        on measure_scores.methodology_code = nodes.methodology_code
        and measure_scores.node_code = nodes.node_code
    inner join {{ ref('int_leaf_score') }} as leaves
        on measure_scores.series_code = leaves.series_code
        and measure_scores.assessment_year = leaves.assessment_year
        and measure_scores.methodology_code = leaves.methodology_code
        and measure_scores.unit_code = leaves.unit_code
        and measure_scores.node_code = leaves.node_code
    left join {{ ref('int_observation_reconciled') }} as observations
        on measure_scores.series_code = observations.series_code
        and measure_scores.assessment_year = observations.assessment_year
        and measure_scores.unit_code = observations.unit_code
        and measure_scores.measure_code = observations.measure_code

)

select
    series_code,
    assessment_year,
    unit_code,
    measure_code,
    max(value) as value,
    bool_or(is_vetoed) as is_vetoed,
    bool_or(
        is_behind_zero
        or (methodology_code = primary_methodology_code and normalised_value = 0)
    ) as is_zero,
    max(case when methodology_code = primary_methodology_code then measure_mark end) as measure_mark,
    -- A veto takes the whole indicator, whatever the weight of its measure, in whichever methodology it holds.
    max(
        case
            when is_vetoed then full_mark
            when is_behind_zero then greatest(measure_mark, deduction)
            when methodology_code = primary_methodology_code then measure_mark
        end
    ) as score_weight
from measure_scores
where status in ('observed', 'not_published')
    and not is_verified
group by series_code, assessment_year, unit_code, measure_code
