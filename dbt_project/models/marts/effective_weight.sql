with weights as (

    select * from {{ ref('int_effective_weight') }}

),

correlations as (

    select
        series_code,
        assessment_year,
        method_code,
        first_code as node_code,
        second_code as other_code,
        pearson
    from {{ ref('int_pair_statistic') }}
    where stage in ('scored', 'aggregated')

    union all

    select
        series_code,
        assessment_year,
        method_code,
        second_code as node_code,
        first_code as other_code,
        pearson
    from {{ ref('int_pair_statistic') }}
    where stage in ('scored', 'aggregated')
        and first_code <> second_code

),

roots as (

    select
        series_code,
        assessment_year,
        method_code,
        node_code
    from weights
    where depth = 0

)

select
    weights.series_code,
    weights.assessment_year,
    weights.method_code,
    weights.node_code,
    weights.parent_node_code,
    weights.depth,
    weights.weight as variant_weight,
    weights.sibling_share,
    weights.effective_weight,
    case when not isnan(with_parent.pearson) then with_parent.pearson end as correlation_with_parent,
    case when not isnan(with_root.pearson) then with_root.pearson end as correlation_with_root
from weights
inner join roots
    on weights.series_code = roots.series_code
    and weights.assessment_year = roots.assessment_year
    and weights.method_code = roots.method_code
left join correlations as with_parent
    on weights.series_code = with_parent.series_code
    and weights.assessment_year = with_parent.assessment_year
    and weights.method_code = with_parent.method_code
    and weights.node_code = with_parent.node_code
    and weights.parent_node_code = with_parent.other_code
left join correlations as with_root
    on weights.series_code = with_root.series_code
    and weights.assessment_year = with_root.assessment_year
    and weights.method_code = with_root.method_code
    and weights.node_code = with_root.node_code
    and roots.node_code = with_root.other_code
