-- Fails with each node where more marks are assessed than apply, or more apply than its base can carry; with each score
-- beyond the node's lowest or full mark, as its policy rounds them; and with each parent whose marks are not the sum of
-- its children's.
{{ config(meta={"by_edition": true}) }}

with nodes as (

    select
        *,
        {{ apply_rounding_policy('min_mark', 'rounding_mode', 'rounding_digits') }} as lowest_score,
        {{ apply_rounding_policy('full_mark', 'rounding_mode', 'rounding_digits') }} as highest_score
    from {{ ref('int_methodology_node') }}

),

node_scores as (

    select
        node_scores.*,
        nodes.parent_node_code,
        nodes.is_leaf,
        nodes.full_mark,
        nodes.lowest_score,
        nodes.highest_score
    from {{ ref('int_node_score') }} as node_scores
    inner join nodes
        on node_scores.methodology_code = nodes.methodology_code
        and node_scores.node_code = nodes.node_code

),

child_sums as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        parent_node_code as node_code,
        sum(applicable_mark) as applicable_mark,
        sum(assessed_mark) as assessed_mark
    from node_scores
    where parent_node_code is not null
    group by series_code, assessment_year, methodology_code, unit_code, parent_node_code

)

select
    node_scores.series_code,
    node_scores.assessment_year,
    node_scores.methodology_code,
    node_scores.unit_code,
    node_scores.node_code,
    node_scores.full_mark,
    node_scores.score,
    node_scores.applicable_mark,
    node_scores.assessed_mark
from node_scores
left join child_sums
    on node_scores.series_code = child_sums.series_code
    and node_scores.assessment_year = child_sums.assessment_year
    and node_scores.methodology_code = child_sums.methodology_code
    and node_scores.unit_code = child_sums.unit_code
    and node_scores.node_code = child_sums.node_code
where node_scores.score not between node_scores.lowest_score and node_scores.highest_score
    or node_scores.assessed_mark not between 0 and node_scores.applicable_mark
    or (node_scores.is_leaf and not node_scores.is_event_only and node_scores.applicable_mark > node_scores.full_mark)
    or (not node_scores.is_leaf and (
        node_scores.applicable_mark is distinct from child_sums.applicable_mark
        or node_scores.assessed_mark is distinct from child_sums.assessed_mark
    ))
