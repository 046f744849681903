-- How many units have which tenth of an indicator's marks, full marks apart; what adds and deducts has no rate: by marks.
select
    score.methodology_code,
    score.node_code,
    case
        when indicator.is_base then least(cast(floor(greatest(score.score_rate, 0) * 10) as integer), 10)
        else
            (score.score >= -5)::integer + (score.score >= -2)::integer + (score.score >= 0)::integer
            + (score.score > 0)::integer + (score.score > 2)::integer + (score.score > 5)::integer
    end as class,
    count(*) as unit_count
from (
    select assessment_year, methodology_code, node_code, score, score_rate from marts.fct_dimension_score
    union all
    select assessment_year, methodology_code, node_code, score, score_rate from marts.fct_indicator_score
) as score
inner join (select distinct on (methodology_code, node_code) * from marts.dim_indicator) as indicator
    on score.methodology_code = indicator.methodology_code and score.node_code = indicator.node_code
where score.assessment_year = $year and score.score is not null
    and (score.score_rate is not null or not indicator.is_base)
group by all
order by all
