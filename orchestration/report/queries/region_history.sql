-- zh: 本地区历年的综合平均分与名次：各年发布时的数字与同一方法下重算的数字
-- en: Composite means and ranks of the region by year: as published then, and restated under one methodology

select
    assessment_year,
    basis,
    methodology_code,
    coalesce(methodology_version, '') as methodology_version,
    mean_of_units,
    mean_of_subregions,
    rank_in_level,
    coalesce(release_id, '') as release_id
from marts.region_history
where region_code = $region
    and node_code = 'composite'
    and methodology_code = $methodology
order by assessment_year, basis
