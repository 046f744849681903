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

)

select
    series_code,
    assessment_year,
    method_code,
    node_code,
    parent_node_code,
    cast(depth as integer) as depth,
    weight,
    round(sibling_share, 12) as sibling_share,
    round(effective_weight, 12) as effective_weight
from chains
