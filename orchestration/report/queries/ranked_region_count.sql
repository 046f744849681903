-- zh: 各层级参加排名的地区数
-- en: Number of ranked regions of each level

select
    region_level,
    count(*) as region_count
from marts.region_score
where methodology_code = $methodology
    and node_code = 'composite'
    and rank_in_level is not null
group by region_level
order by region_level
