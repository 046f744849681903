-- zh: 建议：哪些规则适用于本地区，缘由的数字、行动与所依据的职责
-- en: Recommendations: which rules apply to the region, the numbers behind them, the action and the duty

with units as (

    select unit_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

),

weak as (

    select
        score.methodology_code,
        score.node_code,
        rules.recommendation_code,
        count(*) filter (score.score_rate < rules.threshold) as unit_count,
        cast(sum(score.full_mark - score.score) / count(*) as decimal(18, 10)) as mean_points_lost
    from marts.fct_indicator_score as score
    inner join units
        on score.unit_code = units.unit_code
    inner join marts.dim_recommendation as rules
        on rules.finding = 'weak_indicator'
        and score.node_code = rules.node_code
    where score.score is not null
    group by all
    having count(*) filter (score.score_rate < rules.threshold) >= greatest(count(*) * min(rules.unit_share), 1)

),

-- Under the report's own method if it shows there, else under another one.
weakest as (

    select *
    from weak
    qualify row_number() over (
        partition by recommendation_code order by methodology_code <> $methodology, methodology_code
    ) = 1

),

faults as (

    select
        unit_code,
        unnest(
            list_filter(
                [
                    case when is_silent then 'silent' end,
                    case when is_late then 'late' end,
                    case when is_off_point then 'off_point' end,
                    case when is_wrong_body then 'wrong_body' end
                ],
                lambda fault: fault is not null
            )
        ) as finding
    from marts.opinion_event
    where methodology_code = $methodology
        and polarity = 'negative'
        and not is_rejected

    union all

    select unit_code, 'missing'
    from marts.fct_measure_score
    where methodology_code = $methodology
        and rule_family <> 'event'
        and status in ('not_collected', 'quarantined', 'to_be_assessed')

),

counted as (

    select finding, count(*) as event_count, count(distinct faults.unit_code) as unit_count
    from faults
    inner join units
        on faults.unit_code = units.unit_code
    group by finding

)

select
    rules.recommendation_code,
    rules.finding,
    coalesce(rules.node_code, '') as node_code,
    coalesce(weakest.methodology_code, $methodology) as methodology_code,
    coalesce(weakest.unit_count, counted.unit_count) as unit_count,
    counted.event_count,
    weakest.mean_points_lost,
    rules.action_zh,
    rules.action_en,
    rules.duty_zh,
    rules.duty_en
from marts.dim_recommendation as rules
left join weakest
    on rules.recommendation_code = weakest.recommendation_code
left join counted
    on rules.finding = counted.finding
where weakest.recommendation_code is not null
    or counted.finding is not null
qualify row_number() over (partition by rules.finding order by weakest.mean_points_lost desc, rules.position) <= 6
order by rules.finding = 'weak_indicator', weakest.mean_points_lost desc, rules.position
