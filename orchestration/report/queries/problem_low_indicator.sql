-- zh: 得分率低于界限的县（市、区）达到一定比例的指标
-- en: Indicators whose score rate lies below the limit in a large share of units

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

rates as (

    select
        indicator.node_code,
        node.dimension_code,
        node.sort_path,
        indicator.unit_code,
        units.province_code,
        indicator.score_rate
    from marts.fct_indicator_score as indicator
    inner join marts.dim_indicator as node
        on indicator.methodology_code = node.methodology_code
        and indicator.node_code = node.node_code
    inner join units
        on indicator.unit_code = units.unit_code
    where indicator.methodology_code = $methodology
        and node.is_leaf
        and node.is_base
        and indicator.score is not null

),

shares as (

    select
        node_code,
        dimension_code,
        sort_path,
        count(*) as scored_unit_count,
        count(*) filter (score_rate < $score_rate_limit) as low_unit_count,
        cast(count(*) filter (score_rate < $score_rate_limit) / count(*) as decimal(18, 10)) as low_share,
        cast(sum(score_rate) / count(*) as decimal(18, 10)) as mean_score_rate
    from rates
    group by node_code, dimension_code, sort_path

)

select
    shares.node_code,
    shares.dimension_code,
    shares.scored_unit_count,
    shares.low_unit_count,
    shares.low_share,
    shares.mean_score_rate,
    rates.unit_code,
    rates.score_rate,
    count(*) over (partition by shares.node_code, rates.province_code) as province_unit_count
from shares
inner join rates
    on shares.node_code = rates.node_code
where shares.low_share >= $unit_share_limit
    and shares.low_unit_count >= $unit_count_limit
    and rates.score_rate < $score_rate_limit
order by shares.low_share desc, shares.sort_path, rates.score_rate, rates.unit_code
