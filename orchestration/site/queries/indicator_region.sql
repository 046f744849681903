-- Means of an indicator by region directly below the root.
select score.methodology_code, score.node_code, score.region_code, score.region_name_zh,
    coalesce(score.region_name_en, score.region_name_zh) as region_name_en, score.mean_of_units, score.score_rate,
    score.rank_in_level
from marts.region_score as score
inner join marts.dim_region as parent
    on score.assessment_year = parent.assessment_year
    and score.parent_region_code = parent.region_code
    and parent.parent_region_code is null
where score.assessment_year = $year and score.node_level > 0 and score.mean_of_units is not null
order by score.methodology_code, score.node_code, score.mean_of_units desc, score.region_code
