select ceiling.methodology_code, ceiling.node_code, ceiling.scored_unit_count, ceiling.full_mark_count,
    ceiling.full_mark_share, ceiling.is_ceiling
from marts.ceiling as ceiling
inner join marts.dim_region as region
    on ceiling.assessment_year = region.assessment_year
    and ceiling.region_code = region.region_code
    and region.parent_region_code is null
where ceiling.assessment_year = $year
order by all
