-- Each dimension of each unit of the newest edition, beside the means of its province, where that is not the
-- whole, and of the whole.
select
    score.unit_code,
    score.methodology_code,
    score.node_code,
    indicator.name_zh,
    coalesce(indicator.name_en, indicator.name_zh) as name_en,
    score.full_mark,
    indicator.min_mark,
    score.published_score,
    score.score,
    province.mean_of_units as province_mean,
    nation.mean_of_units as nation_mean
from marts.fct_dimension_score as score
inner join marts.dim_unit as unit
    on score.assessment_year = unit.assessment_year and score.unit_code = unit.unit_code
inner join marts.dim_indicator as indicator
    on score.methodology_code = indicator.methodology_code and score.node_code = indicator.node_code
left join marts.region_score as province
    on score.assessment_year = province.assessment_year
    and score.methodology_code = province.methodology_code
    and score.node_code = province.node_code
    and unit.province_code = province.region_code
    and province.parent_region_code is not null
left join marts.dim_region as root
    on score.assessment_year = root.assessment_year and root.parent_region_code is null
left join marts.region_score as nation
    on score.assessment_year = nation.assessment_year
    and score.methodology_code = nation.methodology_code
    and score.node_code = nation.node_code
    and root.region_code = nation.region_code
where score.assessment_year = $year
qualify row_number() over (
    partition by score.unit_code, score.methodology_code, score.node_code order by indicator.sort_path
) = 1
order by score.unit_code, score.methodology_code, indicator.sort_path
