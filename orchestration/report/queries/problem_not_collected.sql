-- zh: 缺少观测最多的县（市、区）
-- en: Units with cells that were not collected or lie in quarantine

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

cells as (

    select
        score.unit_code,
        units.province_code,
        count(*) as cell_count,
        count(*) filter (score.status in ('not_collected', 'quarantined', 'to_be_assessed')) as missing_cell_count
    from marts.fct_measure_score as score
    inner join units
        on score.unit_code = units.unit_code
    where score.methodology_code = $methodology
        and score.rule_family <> 'event'
    group by score.unit_code, units.province_code

)

select
    cells.unit_code,
    cells.cell_count,
    cells.missing_cell_count,
    cast(sum(cells.missing_cell_count) over () as integer) as all_missing_cell_count,
    score.coverage,
    score.is_ranked,
    count(*) filter (not score.is_ranked) over () as unranked_unit_count,
    count(*) over () as unit_count,
    count(*) over (partition by cells.province_code) as province_unit_count
from cells
inner join marts.fct_unit_score as score
    on cells.unit_code = score.unit_code
    and score.methodology_code = $methodology
where score.coverage < $coverage_limit
    or not score.is_ranked
order by score.coverage nulls first, cells.unit_code
