-- zh: 未纳入评估的县（市、区）按原因计数
-- en: Units left out, counted by reason

select
    exclusion_reason_zh,
    exclusion_reason_en,
    exclusion_origin,
    count(*) as unit_count
from marts.dim_unit
where not is_included
    and $region in ($nation, province_code, prefecture_code, unit_code)
group by all
order by unit_count desc, exclusion_reason_en
