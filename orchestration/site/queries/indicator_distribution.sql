-- How many units have which tenth of an indicator's marks; full marks apart.
select methodology_code, node_code,
    least(cast(floor(score_rate * 10) as integer), 10) as tenth,
    count(*) as unit_count
from (
    select methodology_code, node_code, greatest(score_rate, 0) as score_rate
    from marts.fct_indicator_score
    where assessment_year = $year and score_rate is not null
)
group by all
order by all
