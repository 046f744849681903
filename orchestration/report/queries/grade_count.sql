-- zh: 本地区与{whole}各等级的县（市、区）数及比例
-- en: Units of each grade in the region and {whole}, counts and shares

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

scores as (

    select
        score.grade,
        units.unit_code is not null as is_in_region
    from marts.fct_unit_score as score
    left join units
        on score.unit_code = units.unit_code
    where score.methodology_code = $methodology
        and score.grade is not null

),

counts as (

    select
        grade,
        count(*) filter (is_in_region) as unit_count,
        count(*) as national_unit_count
    from scores
    group by grade

)

select
    grade,
    unit_count,
    national_unit_count,
    cast(unit_count / nullif(sum(unit_count) over (), 0) as decimal(18, 10)) as share,
    cast(national_unit_count / nullif(sum(national_unit_count) over (), 0) as decimal(18, 10)) as national_share
from counts
order by grade
