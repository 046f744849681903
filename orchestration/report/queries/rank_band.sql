-- zh: 名次的九成区间与无法区分的个数（默认情景）
-- en: Band of each rank, and units that cannot be told apart (default scenario)

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

bands as (

    select
        intervals.unit_code,
        intervals.scope_kind,
        intervals.draw_count,
        intervals.lower_whole_rank as lower_rank,
        intervals.upper_whole_rank as upper_rank,
        others.overlapping_count
    from marts.rank_interval as intervals
    inner join marts.rank_distinguishable as others
        using (series_code, assessment_year, methodology_code, scenario_code, scope_kind, unit_code)
    where intervals.methodology_code = $methodology
        and intervals.is_default_scenario

)

select
    nation.unit_code,
    nation.draw_count,
    nation.lower_rank,
    nation.upper_rank,
    nation.overlapping_count,
    province.lower_rank as lower_rank_in_province,
    province.upper_rank as upper_rank_in_province,
    province.overlapping_count as overlapping_count_in_province,
    coalesce(province.lower_rank = province.upper_rank and province.overlapping_count = 0, false) as is_alone_in_province
from bands as nation
inner join units
    on nation.unit_code = units.unit_code
left join bands as province
    on nation.unit_code = province.unit_code
    and province.scope_kind = 'province'
    and nation.scope_kind <> province.scope_kind
where nation.scope_kind = (select region_level from marts.dim_region where region_code = $nation)
order by nation.unit_code
