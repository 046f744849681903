with pairs as (

    select * from {{ ref('int_pair_statistic') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

descendants as (

    select
        ancestors.methodology_code,
        ancestors.node_code as ancestor_code,
        ancestors.depth as ancestor_depth,
        below.node_code,
        below.depth,
        below.is_leaf
    from nodes as ancestors
    inner join nodes as below
        on ancestors.methodology_code = below.methodology_code
        and starts_with(below.sort_path, ancestors.sort_path || '.')

),

-- A series may bear the code of its methodology.
methods as (

    select
        methodology_code as method_code,
        methodology_code,
        series_code
    from {{ ref('stg_methodology') }}

    union

    select
        variant_code as method_code,
        methodology_code,
        series_code
    from {{ ref('stg_variant') }}

    union

    -- Observed values are grouped as the primary methodology of their edition groups them.
    select
        series_code as method_code,
        primary_methodology_code as methodology_code,
        series_code
    from {{ ref('int_edition') }}

),

rules as (

    select * from {{ ref('int_methodology_rule') }}
    where rule_family <> 'event'

),

-- What may stand below a node: nodes of one depth for scores, measures for what was observed or treated.
members as (

    select
        methodology_code,
        ancestor_code,
        ancestor_depth,
        depth,
        false as is_measure,
        node_code as code
    from descendants

    union all

    select
        descendants.methodology_code,
        descendants.ancestor_code,
        descendants.ancestor_depth,
        descendants.depth,
        true as is_measure,
        rules.measure_code as code
    from descendants
    inner join rules
        on descendants.methodology_code = rules.methodology_code
        and descendants.node_code = rules.node_code
    where descendants.is_leaf

),

family_pairs as (

    select
        pairs.series_code,
        pairs.assessment_year,
        pairs.method_code,
        pairs.stage,
        firsts.methodology_code,
        firsts.ancestor_code as node_code,
        firsts.ancestor_depth,
        firsts.depth as member_depth,
        pairs.first_code = pairs.second_code as is_own,
        pairs.covariance,
        case when pairs.first_code = pairs.second_code then 1 else 2 end * pairs.covariance as counted_covariance
    from pairs
    inner join methods
        on pairs.method_code = methods.method_code
        and pairs.series_code = methods.series_code
    inner join members as firsts
        on methods.methodology_code = firsts.methodology_code
        and pairs.first_code = firsts.code
        and (pairs.stage in ('observed', 'treated')) = firsts.is_measure
    inner join members as seconds
        on firsts.methodology_code = seconds.methodology_code
        and firsts.ancestor_code = seconds.ancestor_code
        and firsts.depth = seconds.depth
        and firsts.is_measure = seconds.is_measure
        and pairs.second_code = seconds.code

),

-- Covariances may be large or tiny: they are added as parts of the largest variance.
parts as (

    select
        *,
        max(case when is_own then covariance end) over family as largest
    from family_pairs
    window family as (
        partition by series_code, assessment_year, method_code, stage, methodology_code, node_code, member_depth
    )

),

totals as (

    select
        series_code,
        assessment_year,
        method_code,
        stage,
        methodology_code,
        node_code,
        ancestor_depth,
        member_depth,
        sum(case when is_own then 1 else 0 end) as member_count,
        bool_or(covariance is null or isnan(covariance)) as has_gap,
        cast(sum(case when is_own then cast(covariance / nullif(largest, 0) as decimal(30, 18)) end) as double) as own_part,
        cast(sum(cast(counted_covariance / nullif(largest, 0) as decimal(30, 18))) as double) as total_part
    from parts
    group by
        series_code,
        assessment_year,
        method_code,
        stage,
        methodology_code,
        node_code,
        ancestor_depth,
        member_depth

)

select
    series_code,
    assessment_year,
    method_code,
    stage,
    node_code,
    cast(ancestor_depth as integer) as node_depth,
    cast(member_depth as integer) as member_depth,
    cast(member_count as integer) as member_count,
    round(
        case
            when not has_gap and total_part <> 0
                then cast(member_count as double) / (member_count - 1) * (1 - own_part / total_part)
        end,
        12
    ) as alpha
from totals
where member_count > 1
