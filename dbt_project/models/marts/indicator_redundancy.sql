{{ config(materialized="by_edition") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_leaf
        and not is_event_only

),

-- Scores in millionths: whole numbers, so that the sums below are exact and the same in any order. A correlation is the
-- same for scores and for score rates.
leaf_scores as (

    select
        leaves.series_code,
        leaves.assessment_year,
        leaves.methodology_code,
        leaves.unit_code,
        leaves.node_code,
        cast(cast(leaves.score as decimal(28, 10)) * 1000000 as bigint) as score
    from {{ ref('int_leaf_score') }} as leaves
    inner join nodes
        on leaves.methodology_code = nodes.methodology_code
        and leaves.node_code = nodes.node_code
    where leaves.score is not null
        and {{ is_built('leaves.assessment_year') }}

),

-- Where every unit has the same score there is nothing to correlate. Nodes and units go by numbers: millions of pairs are
-- joined and counted, which takes ten times as long by their codes.
varying_nodes as (

    select
        series_code,
        assessment_year,
        methodology_code,
        node_code,
        row_number() over (order by series_code, assessment_year, methodology_code, node_code) as node_number
    from leaf_scores
    group by series_code, assessment_year, methodology_code, node_code
    having min(score) < max(score)

),

scored_units as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        row_number() over (order by series_code, assessment_year, methodology_code, unit_code) as unit_number
    from leaf_scores
    group by series_code, assessment_year, methodology_code, unit_code

),

varying_scores as (

    select
        scored_units.unit_number,
        varying_nodes.node_number,
        leaf_scores.score
    from leaf_scores
    inner join varying_nodes
        on leaf_scores.series_code = varying_nodes.series_code
        and leaf_scores.assessment_year = varying_nodes.assessment_year
        and leaf_scores.methodology_code = varying_nodes.methodology_code
        and leaf_scores.node_code = varying_nodes.node_code
    inner join scored_units
        on leaf_scores.series_code = scored_units.series_code
        and leaf_scores.assessment_year = scored_units.assessment_year
        and leaf_scores.methodology_code = scored_units.methodology_code
        and leaf_scores.unit_code = scored_units.unit_code

),

sums as (

    select
        first_scores.node_number as first_node_number,
        second_scores.node_number as second_node_number,
        count(*) as unit_count,
        cast(sum(first_scores.score) as hugeint) as first_sum,
        cast(sum(second_scores.score) as hugeint) as second_sum,
        cast(sum(first_scores.score * first_scores.score) as hugeint) as first_square_sum,
        cast(sum(second_scores.score * second_scores.score) as hugeint) as second_square_sum,
        cast(sum(first_scores.score * second_scores.score) as hugeint) as product_sum
    from varying_scores as first_scores
    inner join varying_scores as second_scores
        on first_scores.unit_number = second_scores.unit_number
        and first_scores.node_number < second_scores.node_number
    group by first_scores.node_number, second_scores.node_number

),

moments as (

    select
        *,
        unit_count * product_sum - first_sum * second_sum as covariance,
        unit_count * first_square_sum - first_sum * first_sum as first_variance,
        unit_count * second_square_sum - second_sum * second_sum as second_variance
    from sums

),

-- Exact up to here; the two roots and the quotient are rounded to six decimals.
correlations as (

    select
        *,
        cast(
            cast(covariance as double)
            / (sqrt(cast(first_variance as double)) * sqrt(cast(second_variance as double)))
            as decimal(9, 6)
        ) as correlation
    from moments
    where first_variance > 0
        and second_variance > 0

)

select
    first_varying.series_code,
    first_varying.assessment_year,
    first_varying.methodology_code,
    first_varying.node_code as first_node_code,
    second_varying.node_code as second_node_code,
    first_nodes.name_zh as first_node_name_zh,
    second_nodes.name_zh as second_node_name_zh,
    first_nodes.name_en as first_node_name_en,
    second_nodes.name_en as second_node_name_en,
    cast(correlations.unit_count as integer) as unit_count,
    correlations.correlation,
    abs(correlations.correlation) > rules.threshold as is_redundant
from correlations
inner join varying_nodes as first_varying
    on correlations.first_node_number = first_varying.node_number
inner join varying_nodes as second_varying
    on correlations.second_node_number = second_varying.node_number
inner join nodes as first_nodes
    on first_varying.methodology_code = first_nodes.methodology_code
    and first_varying.node_code = first_nodes.node_code
inner join nodes as second_nodes
    on second_varying.methodology_code = second_nodes.methodology_code
    and second_varying.node_code = second_nodes.node_code
inner join {{ ref('stg_report_rule') }} as rules
    on rules.report_rule = 'redundancy'
order by
    first_varying.series_code,
    first_varying.assessment_year,
    first_varying.methodology_code,
    first_varying.node_code,
    second_varying.node_code
