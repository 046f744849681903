-- Fails with each event indicator that is not the sum of the points of its events, each counted once, between the node's
-- lowest and full mark, rounded by its policy; 0 without events. A fault node takes the response faults of all of the
-- unit's events.
{{ config(meta={"by_edition": true}) }}

with nodes as (

    select
        measures.methodology_code,
        measures.node_code,
        measures.event_source,
        nodes.min_mark,
        nodes.full_mark,
        nodes.rounding_mode,
        nodes.rounding_digits
    from {{ ref('dim_measure') }} as measures
    inner join {{ ref('dim_indicator') }} as nodes
        on measures.methodology_code = nodes.methodology_code
        and measures.node_code = nodes.node_code
    where measures.rule_family = 'event'

),

node_scores as (

    select series_code, assessment_year, methodology_code, unit_code, node_code, score
    from {{ ref('fct_indicator_score') }}

    union all

    select series_code, assessment_year, methodology_code, unit_code, node_code, score
    from {{ ref('fct_dimension_score') }}

),

events as (

    select distinct
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        cluster_code,
        node_code,
        points,
        response_fault_points
    from {{ ref('opinion_event') }}

),

event_points as (

    select
        events.series_code,
        events.assessment_year,
        events.methodology_code,
        events.unit_code,
        nodes.node_code,
        sum(
            case
                when nodes.event_source = 'response_fault' then events.response_fault_points
                when events.node_code = nodes.node_code then events.points
                else 0
            end
        ) as points
    from events
    inner join nodes
        on events.methodology_code = nodes.methodology_code
    group by
        events.series_code,
        events.assessment_year,
        events.methodology_code,
        events.unit_code,
        nodes.node_code

),

compared as (

    select
        node_scores.*,
        nodes.rounding_mode,
        nodes.rounding_digits,
        {{ clipped_score('coalesce(event_points.points, 0)', 'nodes.min_mark', 'nodes.full_mark') }} as points
    from node_scores
    inner join nodes
        on node_scores.methodology_code = nodes.methodology_code
        and node_scores.node_code = nodes.node_code
    left join event_points
        on node_scores.series_code = event_points.series_code
        and node_scores.assessment_year = event_points.assessment_year
        and node_scores.methodology_code = event_points.methodology_code
        and node_scores.unit_code = event_points.unit_code
        and node_scores.node_code = event_points.node_code

)

select * from compared
where score is distinct from {{ apply_rounding_policy('points', 'rounding_mode', 'rounding_digits') }}
