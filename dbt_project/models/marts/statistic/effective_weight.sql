with recursive variant_nodes as (

    select
        series_code,
        assessment_year,
        variant_code as method_code,
        node_code,
        parent_node_code,
        depth,
        weight
    from {{ ref('int_variant_node') }}

),

methodology_nodes as (

    select
        editions.series_code,
        editions.assessment_year,
        nodes.methodology_code as method_code,
        nodes.node_code,
        nodes.parent_node_code,
        nodes.depth,
        case
            when parents.aggregation = 'sum' then cast(nodes.full_mark as double) else cast(coalesce(nodes.weight, 1) as double)
        end as weight
    from {{ ref('int_methodology_node') }} as nodes
    inner join {{ ref('int_edition_methodology') }} as editions
        on nodes.methodology_code = editions.methodology_code
    inner join {{ ref('int_edition') }} as observed_editions
        on editions.series_code = observed_editions.series_code
        and editions.assessment_year = observed_editions.assessment_year
    left join {{ ref('int_methodology_node') }} as parents
        on nodes.methodology_code = parents.methodology_code
        and nodes.parent_node_code = parents.node_code
    where nodes.is_base or parents.aggregation <> 'sum'

),

nodes as (

    select * from variant_nodes

    union all

    select * from methodology_nodes

),

shares as (

    select
        *,
        case
            when parent_node_code is null then 1
            else weight / nullif(cast(sum({{ addable('weight') }}) over family as double), 0)
        end as sibling_share
    from nodes
    window family as (partition by series_code, assessment_year, method_code, parent_node_code)

),

-- From the root down: a share of a share.
chains as (

    select
        *,
        sibling_share as effective_weight
    from shares
    where parent_node_code is null

    union all

    select
        shares.*,
        shares.sibling_share * chains.effective_weight as effective_weight
    from chains
    inner join shares
        on chains.series_code = shares.series_code
        and chains.assessment_year = shares.assessment_year
        and chains.method_code = shares.method_code
        and chains.node_code = shares.parent_node_code

),

weights as (

    select
        series_code,
        assessment_year,
        method_code,
        node_code,
        parent_node_code,
        cast(depth as integer) as depth,
        weight,
        {{ published_double('sibling_share') }} as sibling_share,
        {{ published_double('effective_weight') }} as effective_weight
    from chains

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
