-- Fails with each node whose children do not add up to it, to the last decimal, in points, full points or points lost, and
-- with each root that does not give the composite.
{{ config(meta={"by_edition": true}) }}

with contributions as (

    select * from {{ ref('score_contribution') }}

),

sums_of_children as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        parent_node_code as node_code,
        sum(points) as points,
        sum(full_points) as full_points,
        sum(points_lost) as points_lost
    from contributions
    where parent_node_code is not null
    group by series_code, assessment_year, methodology_code, unit_code, parent_node_code

)

select
    contributions.series_code,
    contributions.assessment_year,
    contributions.methodology_code,
    contributions.unit_code,
    contributions.node_code,
    contributions.points,
    sums_of_children.points as points_of_children
from contributions
left join sums_of_children
    on contributions.series_code = sums_of_children.series_code
    and contributions.assessment_year = sums_of_children.assessment_year
    and contributions.methodology_code = sums_of_children.methodology_code
    and contributions.unit_code = sums_of_children.unit_code
    and contributions.node_code = sums_of_children.node_code
where contributions.points_lost is distinct from contributions.full_points - contributions.points
    or contributions.is_leaf is distinct from (sums_of_children.node_code is null)
    or (
        not contributions.is_leaf
        and (
            contributions.points is distinct from sums_of_children.points
            or contributions.full_points is distinct from sums_of_children.full_points
            or contributions.points_lost is distinct from sums_of_children.points_lost
        )
    )

union all

select
    units.series_code,
    units.assessment_year,
    units.methodology_code,
    units.unit_code,
    contributions.node_code,
    contributions.points,
    units.score as points_of_children
from {{ ref('fct_unit_score') }} as units
left join contributions
    on units.series_code = contributions.series_code
    and units.assessment_year = contributions.assessment_year
    and units.methodology_code = contributions.methodology_code
    and units.unit_code = contributions.unit_code
    and contributions.parent_node_code is null
where contributions.node_code is null
    or units.score is distinct from contributions.points
