-- zh: 与已公布数字的核对:公布值、计算值与结果
-- en: Published figures against computed ones

select
    published_id,
    published_kind,
    region_code,
    region_name_zh,
    region_name_en,
    node_code,
    statistic,
    comparison,
    published_status,
    cast(published_value as decimal(18, 10)) as published_value,
    computed_rounded,
    outcome,
    statement_zh,
    statement_en
from marts.published_reconciliation
where outcome <> 'not_compared'
    and (
        $region = $nation
        or region_code in ($region, $nation)
        or region_code in (select region_code from marts.dim_region where parent_region_code = $region)
    )
order by published_kind desc, published_id
