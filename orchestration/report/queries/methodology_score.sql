-- zh: 本地区在本版次各方法下的平均分、名次与差距
-- en: The region's means, ranks and gaps under every methodology of the edition

select
    methodology_code,
    node_code,
    full_mark,
    mean_of_units,
    rank_in_level,
    national_mean_of_subregions,
    gap_to_national_mean_of_subregions,
    case when node_code in (select node_code from marts.dim_indicator where min_mark < 0) then null
        else cast(mean_of_units / nullif(full_mark, 0) as decimal(18, 10))
    end as score_rate
from marts.region_comparison
where region_code = $region
    and node_level <= 1
order by methodology_code, node_code
