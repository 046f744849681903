-- The wide table says what the long ones say: the same units, and in each node's column the node's published score.
with node_scores as (

    select series_code, assessment_year, methodology_code, unit_code, node_code, published_score
    from {{ ref('fct_dimension_score') }}

    union all

    select series_code, assessment_year, methodology_code, unit_code, node_code, published_score
    from {{ ref('fct_indicator_score') }}
    where node_level = 2

),

scorecard_scores as (

    {% for column in node_score_columns() %}
    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        '{{ column["node_code"] }}' as node_code,
        {{ column['name'] }} as published_score
    from {{ ref('unit_scorecard_all') }}
    union all
    {% endfor %}
    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        'unit' as node_code,
        published_score
    from {{ ref('unit_scorecard_all') }}

),

expected_scores as (

    select * from node_scores

    union all

    select series_code, assessment_year, methodology_code, unit_code, 'unit' as node_code, published_score
    from {{ ref('fct_unit_score') }}

)

-- A node of another series or methodology than the row's has an empty column, and no row in the long tables.
select
    coalesce(expected_scores.unit_code, scorecard_scores.unit_code) as unit_code,
    coalesce(expected_scores.node_code, scorecard_scores.node_code) as node_code,
    expected_scores.published_score as expected_score,
    scorecard_scores.published_score as scorecard_score
from expected_scores
full outer join scorecard_scores
    on expected_scores.series_code = scorecard_scores.series_code
    and expected_scores.assessment_year = scorecard_scores.assessment_year
    and expected_scores.methodology_code = scorecard_scores.methodology_code
    and expected_scores.unit_code = scorecard_scores.unit_code
    and expected_scores.node_code = scorecard_scores.node_code
where expected_scores.published_score is distinct from scorecard_scores.published_score
    or (expected_scores.node_code = 'unit' and scorecard_scores.node_code is null)
    or (scorecard_scores.node_code = 'unit' and expected_scores.node_code is null)
