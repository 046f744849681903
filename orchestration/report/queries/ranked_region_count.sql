-- zh: 各层级参加排名的地区数与名列第一的地区数
-- en: Number of ranked regions of each level, and of those that rank first

select
    region_level,
    count(*) as region_count,
    count(*) filter (rank_in_level = 1) as best_region_count
from marts.region_score
where methodology_code = $methodology
    and node_code = 'composite'
    and rank_in_level is not null
group by region_level
order by region_level
