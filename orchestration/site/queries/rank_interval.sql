-- The band of each unit's rank in the whole, by the scenario that is shown by default.
select
    band.unit_code,
    band.lower_whole_rank as lower_rank,
    band.upper_whole_rank as upper_rank
from marts.rank_interval as band
inner join marts.dim_region as region
    on band.assessment_year = region.assessment_year
    and band.scope_code = region.region_code
    and region.parent_region_code is null
where band.assessment_year = $year and band.methodology_code = $primary and band.is_default_scenario
order by band.unit_code
