-- Each dimension of each unit of the newest edition.
select
    score.unit_code,
    score.methodology_code,
    score.node_code,
    indicator.name_zh,
    coalesce(indicator.name_en, indicator.name_zh) as name_en,
    score.full_mark,
    indicator.min_mark,
    score.published_score,
    score.score
from marts.fct_dimension_score as score
inner join marts.dim_indicator as indicator
    on score.methodology_code = indicator.methodology_code and score.node_code = indicator.node_code
where score.assessment_year = $year
qualify row_number() over (
    partition by score.unit_code, score.methodology_code, score.node_code order by indicator.sort_path
) = 1
order by score.unit_code, score.methodology_code, indicator.sort_path
