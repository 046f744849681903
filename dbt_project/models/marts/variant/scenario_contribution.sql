with unit_scores as (

    select * from {{ ref('scenario_score') }}
    where variant_score is not null
        and official_score is not null

),

official_points as (

    select * from {{ ref('score_contribution') }}
    where node_level = 1

),

nodes as (

    select * from {{ ref('int_methodology_node') }}
    where depth = 1

),

variant_nodes as (

    select * from {{ ref('int_variant_node') }}
    where depth = 1

),

node_values as (

    select
        variant_code,
        assessment_year,
        unit_code,
        node_code,
        value
    from {{ ref('int_variant_node_value') }}
    where depth = 1

    union all

    select
        variant_code,
        assessment_year,
        unit_code,
        node_code,
        value
    from {{ ref('int_variant_leaf') }}

),

-- Whatever the aggregation, a dimension's part in the variant's score is its weight times its value among all of them.
parts as (

    select
        unit_scores.series_code,
        unit_scores.assessment_year,
        unit_scores.variant_code,
        unit_scores.unit_code,
        nodes.node_code,
        nodes.sort_path,
        official_points.points as official_points,
        unit_scores.variant_score,
        case when variant_nodes.node_code is null then coalesce(official_points.points, 0) end as additional_points,
        {{ addable('coalesce(variant_nodes.weight * node_values.value, 0)') }} as part
    from unit_scores
    inner join nodes
        on unit_scores.methodology_code = nodes.methodology_code
    inner join official_points
        on unit_scores.series_code = official_points.series_code
        and unit_scores.assessment_year = official_points.assessment_year
        and unit_scores.methodology_code = official_points.methodology_code
        and unit_scores.unit_code = official_points.unit_code
        and nodes.node_code = official_points.node_code
    left join variant_nodes
        on unit_scores.variant_code = variant_nodes.variant_code
        and unit_scores.assessment_year = variant_nodes.assessment_year
        and nodes.node_code = variant_nodes.node_code
    left join node_values
        on unit_scores.variant_code = node_values.variant_code
        and unit_scores.assessment_year = node_values.assessment_year
        and unit_scores.unit_code = node_values.unit_code
        and nodes.node_code = node_values.node_code

),

-- What the variant does not touch keeps its official points as they are printed; the rest is shared out.
bases as (

    select
        *,
        variant_score - coalesce(sum(additional_points) over (
            partition by variant_code, assessment_year, unit_code
        ), 0) as base_score
    from parts

),

-- Shared out by rounding what has been given so far, so that the parts add up to the last digit.
shared as (

    select
        *,
        case
            when sum(part) over so_far = sum(part) over unit then cast(base_score as decimal(18, 10))
            else cast(
                cast(base_score as double) * cast(sum(part) over so_far as double) / cast(sum(part) over unit as double)
                as decimal(18, 10)
            )
        end as points_so_far
    from bases
    window
        unit as (partition by variant_code, assessment_year, unit_code),
        so_far as (
            partition by variant_code, assessment_year, unit_code order by sort_path
            rows between unbounded preceding and current row
        )

),

points as (

    select
        *,
        coalesce(
            points_so_far - coalesce(lag(points_so_far) over (
                partition by variant_code, assessment_year, unit_code order by sort_path
            ), 0),
            0
        ) + coalesce(additional_points, 0) as variant_points
    from shared

)

select
    series_code,
    assessment_year,
    variant_code,
    unit_code,
    node_code,
    cast(official_points as decimal(18, 10)) as official_points,
    cast(variant_points as decimal(18, 10)) as variant_points,
    cast(variant_points - official_points as decimal(18, 10)) as points_difference
from points
