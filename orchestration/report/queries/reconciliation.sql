-- zh: 与已公布数字的核对：公布值、计算值与结果
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
    -- A bare code says no more than the statistic.
    case when regexp_full_match(statement_zh, '[a-z_]+') then '' else statement_zh end as statement_zh,
    case when regexp_full_match(statement_en, '[a-z_]+') then '' else statement_en end as statement_en,
    -- A value is printed as its statistic is: in a word, as a count, or with two decimals as it was published.
    case
        when statistic in ('at_full_mark', 'rank_position') then 'truth'
        when statistic = 'trend_direction' then 'direction'
        when statistic in (
            'rank_within_parent', 'child_node_count', 'unit_count', 'county_division_count', 'province_count'
        ) then 'count'
        when published_kind = 'constraint'
            and coalesce(published_value = trunc(published_value), true)
            and coalesce(computed_rounded = trunc(computed_rounded), true) then 'count'
        else 'mark'
    end as value_kind,
    coalesce(cast(sign(published_value) as integer), 0) as published_sign,
    coalesce(cast(sign(computed_rounded) as integer), 0) as computed_sign
from marts.published_reconciliation
where outcome <> 'not_compared'
    and (
        $region = $nation
        or region_code in ($region, $nation)
        or region_code in (select region_code from marts.dim_region where parent_region_code = $region)
    )
order by published_kind desc, published_id
