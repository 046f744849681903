-- zh: 直接下级地区按名次：每个名次一行，并列者计数
-- en: The places that the regions directly below take: a row per rank, with how many share it

select
    rank_within_parent,
    min_by(region_code, region_code) as region_code,
    min_by(region_name_zh, region_code) as region_name_zh,
    min_by(region_name_en, region_code) as region_name_en,
    max(mean_of_units) as mean_of_units,
    count(*) as tied_within_parent,
    rank_within_parent = max(rank_within_parent) over () as is_last,
    count(*) over () as place_count
from marts.region_score
where methodology_code = $methodology
    and parent_region_code = $region
    and node_code = 'composite'
    and rank_within_parent is not null
group by rank_within_parent
order by rank_within_parent
