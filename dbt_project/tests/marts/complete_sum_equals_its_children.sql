-- Fails with each `sum` parent whose base children all have a score, yet whose own score is not exactly their sum, events
-- included, between its lowest and its full mark, and rounded where the method rounds it: nothing is re-weighted where no
-- child is missing. Such a parent may be NULL only where too few of its marks are assessed.
{{ config(meta={"by_edition": true}) }}

with nodes as (

    select * from {{ ref('dim_indicator') }}

),

scores as (

    select
        units.series_code,
        units.assessment_year,
        units.methodology_code,
        units.unit_code,
        roots.node_code,
        units.score,
        units.applicable_mark,
        units.assessed_mark
    from {{ ref('fct_unit_score') }} as units
    inner join nodes as roots
        on units.methodology_code = roots.methodology_code
        and roots.node_level = 0

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        score,
        applicable_mark,
        assessed_mark
    from {{ ref('fct_dimension_score') }}

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        score,
        applicable_mark,
        assessed_mark
    from {{ ref('fct_indicator_score') }}

),

node_scores as (

    select
        scores.*,
        nodes.parent_node_code,
        nodes.is_base,
        nodes.is_leaf,
        nodes.aggregation,
        nodes.rounding_mode,
        nodes.rounding_digits,
        nodes.min_mark,
        nodes.full_mark
    from scores
    inner join nodes
        on scores.methodology_code = nodes.methodology_code
        and scores.node_code = nodes.node_code

),

child_sums as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        parent_node_code as node_code,
        sum(score) as child_sum,
        sum(case when is_base and score is null then 1 else 0 end) as missing_base_count
    from node_scores
    where parent_node_code is not null
    group by series_code, assessment_year, methodology_code, unit_code, parent_node_code

),

parents as (

    select * from node_scores
    where not is_leaf
        and aggregation = 'sum'

),

compared as (

    select
        parents.series_code,
        parents.assessment_year,
        parents.methodology_code,
        parents.unit_code,
        parents.node_code,
        parents.score,
        child_sums.child_sum,
        child_sums.missing_base_count,
        parents.assessed_mark = parents.applicable_mark as is_assessed_in_full,
        child_sums.node_code is null as is_without_children,
        case
            when child_sums.child_sum < parents.min_mark then parents.min_mark
            when child_sums.child_sum > parents.full_mark then parents.full_mark
            else child_sums.child_sum
        end as limited_sum,
        case
            when parents.rounding_mode = 'none' then 0
            else cast(power(0.1, parents.rounding_digits) / 2 as decimal(18, 10))
        end as half_a_step
    from parents
    left join child_sums
        on parents.series_code = child_sums.series_code
        and parents.assessment_year = child_sums.assessment_year
        and parents.methodology_code = child_sums.methodology_code
        and parents.unit_code = child_sums.unit_code
        and parents.node_code = child_sums.node_code

)

select * from compared
where is_without_children
    or (
        missing_base_count = 0
        and case
            when score is null then is_assessed_in_full
            else coalesce(abs(score - limited_sum) > half_a_step, true)
        end
    )
