-- Fails with each rule of grouping that lacks what its kind needs or names what does not exist: a level of regions, an
-- attribute, a number of groups, bands without gaps, a list.
with rules as (

    select * from {{ ref('peer_rule') }}

),

attributes as (

    select * from {{ ref('attribute') }}

),

levels as (

    select * from {{ ref('region_level') }}

),

bands as (

    select
        series_code,
        peer_rule_code,
        lower_bound,
        upper_bound,
        lead(lower_bound) over (partition by series_code, peer_rule_code order by lower_bound) as next_lower_bound
    from {{ ref('peer_band') }}

),

-- The last band is open; each other one ends where the next begins.
band_counts as (

    select
        series_code,
        peer_rule_code,
        count(*) as band_count,
        sum(case when upper_bound is distinct from next_lower_bound then 1 else 0 end) as fault_count
    from bands
    group by series_code, peer_rule_code

),

list_counts as (

    select
        series_code,
        peer_rule_code,
        count(*) as unit_count
    from {{ ref('peer_list') }}
    group by series_code, peer_rule_code

)

select
    rules.series_code,
    rules.peer_rule_code,
    rules.rule_kind
from rules
left join levels
    on rules.series_code = levels.series_code
    and rules.region_level = levels.region_level
left join attributes
    on rules.attribute_code = attributes.attribute_code
left join attributes as wholes
    on rules.per_attribute_code = wholes.attribute_code
left join band_counts
    on rules.series_code = band_counts.series_code
    and rules.peer_rule_code = band_counts.peer_rule_code
left join list_counts
    on rules.series_code = list_counts.series_code
    and rules.peer_rule_code = list_counts.peer_rule_code
where (rules.rule_kind = 'region') is distinct from (levels.region_level is not null)
    or (rules.rule_kind in ('quantile', 'band')) is distinct from (attributes.attribute_code is not null)
    or (rules.per_attribute_code is not null and wholes.attribute_code is null)
    or (rules.rule_kind = 'quantile') is distinct from (coalesce(rules.group_count, 0) >= 2)
    or (rules.rule_kind = 'band') is distinct from (band_counts.band_count is not null)
    or coalesce(band_counts.fault_count, 0) > 0
    or (rules.rule_kind = 'list') is distinct from (list_counts.unit_count is not null)
