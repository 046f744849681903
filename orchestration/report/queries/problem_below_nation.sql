-- zh: 低于{whole}平均的维度
-- en: Dimensions below the mean of {whole}

select
    node_code,
    mean_of_units,
    national_mean_of_subregions,
    gap_to_national_mean_of_subregions
from marts.region_comparison
where methodology_code = $methodology
    and region_code = $region
    and node_level = 1
    and gap_to_national_mean_of_subregions < 0
order by gap_to_national_mean_of_subregions, node_code
