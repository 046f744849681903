-- Whom the newest edition moved most: ranked in both years under the primary methodology.
select trend.unit_code, trend.score, trend.change_from_previous, trend.rank_overall, trend.previous_rank_overall,
    trend.rank_gain
from marts.unit_trend as trend
inner join marts.dim_edition as edition
    on trend.assessment_year = edition.assessment_year
    and trend.previous_assessment_year = edition.previous_assessment_year
where trend.assessment_year = $year and trend.methodology_code = $primary and trend.node_level = 0
    and trend.rank_gain is not null
    and trend.change_from_previous is not null
order by trend.change_from_previous desc, trend.unit_code
