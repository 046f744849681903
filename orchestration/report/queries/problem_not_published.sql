-- zh: 公开渠道查不到的测度
-- en: Measures that were looked for and not found

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

cells as (

    select
        score.measure_code,
        score.unit_code,
        units.province_code,
        score.status
    from marts.fct_measure_score as score
    inner join units
        on score.unit_code = units.unit_code
    where score.methodology_code = $methodology
        and score.rule_family <> 'event'
        and score.status in ('observed', 'verified', 'not_published')

),

shares as (

    select
        measure_code,
        count(*) as found_out_count,
        count(*) filter (status = 'not_published') as absent_unit_count,
        cast(count(*) filter (status = 'not_published') / count(*) as decimal(18, 10)) as absent_share
    from cells
    group by measure_code

)

select
    shares.measure_code,
    measure.name_zh,
    measure.name_en,
    shares.absent_unit_count,
    shares.absent_share,
    cells.unit_code,
    count(*) over (partition by cells.measure_code, cells.province_code) as province_unit_count
from shares
inner join cells
    on shares.measure_code = cells.measure_code
    and cells.status = 'not_published'
inner join marts.dim_measure as measure
    on shares.measure_code = measure.measure_code
    and measure.methodology_code = $methodology
where shares.absent_share >= $absent_share_limit
    and shares.absent_unit_count >= $unit_count_limit
order by shares.absent_share desc, shares.measure_code, cells.unit_code
