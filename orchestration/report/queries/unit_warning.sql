-- zh: 各县（市、区）的预警
-- en: Warnings of each unit

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    warning.unit_code,
    warning.first_seen,
    warning.cleared_on,
    warning.text_zh,
    warning.text_en,
    case
        when warning.cleared_on is null then 'standing'
        when event.is_silent then 'unanswered'
        else 'cleared'
    end as outcome
from marts.warning as warning
inner join units
    on warning.unit_code = units.unit_code
left join marts.opinion_event as event
    on warning.methodology_code = event.methodology_code
    and warning.unit_code = event.unit_code
    and warning.subject_code = event.cluster_code
where warning.methodology_code = $methodology
order by warning.unit_code, warning.first_seen, warning.warning_kind, warning.subject_code
