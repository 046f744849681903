select
    score.region_code,
    score.methodology_code,
    score.node_code,
    score.node_level,
    score.full_mark,
    score.mean_of_units,
    score.mean_of_subregions,
    score.published_mean_of_units,
    score.published_mean_of_subregions,
    score.unit_count,
    score.scored_unit_count,
    score.rank_in_level,
    score.rank_within_parent,
    indicator.name_zh,
    coalesce(indicator.name_en, indicator.name_zh) as name_en,
    indicator.is_base,
    indicator.sort_path
from marts.region_score as score
inner join (select distinct on (methodology_code, node_code) * from marts.dim_indicator) as indicator
    on score.methodology_code = indicator.methodology_code and score.node_code = indicator.node_code
where score.assessment_year = $year and score.node_level <= 1
order by score.region_code, score.methodology_code, indicator.sort_path
