-- Fails with each band or listed unit whose rule does not exist, and with each listed unit that no edition of the series has.
with members as (

    select series_code, peer_rule_code, group_code, cast(null as varchar) as unit_code, 'band' as rule_kind
    from {{ ref('peer_band') }}

    union all

    select series_code, peer_rule_code, group_code, unit_code, 'list' as rule_kind
    from {{ ref('peer_list') }}

),

rules as (

    select * from {{ ref('peer_rule') }}

),

units as (

    select distinct series_code, unit_code
    from {{ ref('assessment_frame') }}

)

select
    members.series_code,
    members.peer_rule_code,
    members.group_code,
    members.unit_code
from members
left join rules
    on members.series_code = rules.series_code
    and members.peer_rule_code = rules.peer_rule_code
    and members.rule_kind = rules.rule_kind
left join units
    on members.series_code = units.series_code
    and members.unit_code = units.unit_code
where rules.peer_rule_code is null
    or (members.unit_code is not null and units.unit_code is null)
