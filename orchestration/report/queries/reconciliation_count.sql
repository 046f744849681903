-- zh: 与已公布数字的核对结果计数：全部，以及与本地区有关的
-- en: Published figures by outcome: all, and those that concern the region

select
    count(*) filter (outcome = 'match') as match_count,
    count(*) filter (outcome = 'mismatch') as mismatch_count,
    count(*) filter (outcome = 'not_compared') as not_compared_count,
    count(*) filter (outcome = 'match' and concerns_region) as own_match_count,
    count(*) filter (outcome = 'mismatch' and concerns_region) as own_mismatch_count
from (
    select
        outcome,
        coalesce(
            $region = $nation
            or region_code in ($region, $nation)
            or region_code in (select region_code from marts.dim_region where parent_region_code = $region),
            false
        ) as concerns_region
    from marts.published_reconciliation
)
