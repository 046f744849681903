-- zh: 与已公布数字的核对结果计数
-- en: Published figures by outcome

select
    count(*) filter (outcome = 'match') as match_count,
    count(*) filter (outcome = 'mismatch') as mismatch_count,
    count(*) filter (outcome = 'not_compared') as not_compared_count
from marts.published_reconciliation
