-- zh: 各县（市、区）在同类组中的名次与平均分
-- en: Each unit within its groups of peers: rank, mean and gap

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    peers.unit_code,
    peers.peer_rule_code,
    peers.peer_rule_name_zh,
    peers.peer_rule_name_en,
    peers.group_name_zh,
    peers.group_name_en,
    peers.score,
    peers.rank_in_group,
    peers.ranked_unit_count,
    peers.mean_of_group,
    peers.gap_to_mean_of_group,
    peers.best_score_of_group
from marts.peer_ranking as peers
inner join units
    on peers.unit_code = units.unit_code
where peers.methodology_code = $methodology
    and peers.rank_in_group is not null
    and peers.ranked_unit_count > 1
order by peers.unit_code, peers.peer_rule_code
