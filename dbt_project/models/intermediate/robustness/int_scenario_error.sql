{{ config(materialized="view") }}

with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

factors as (

    select * from {{ ref('stg_scenario_factor') }}
    where factor_kind = 'observation'

),

wanted_methodologies as (

    select distinct
        subjects.series_code,
        subjects.methodology_code
    from subjects
    inner join factors
        on subjects.scenario_code = factors.scenario_code

),

nodes as (

    select * from {{ ref('int_scenario_node') }}
    where is_leaf

),

rules as (

    select
        rules.methodology_code,
        rules.measure_code,
        rules.node_code,
        rules.transform,
        cast(rules.floor as double) as floor,
        cast(rules.target as double) as target,
        cast(weights.weight_share as double) / cast(weights.weight_share_of_leaf as double) as leaf_share
    from {{ ref('int_methodology_rule') }} as rules
    inner join {{ ref('int_rule_weight') }} as weights
        on rules.methodology_code = weights.methodology_code
        and rules.measure_code = weights.measure_code
    where rules.rule_family = 'linear'

),

-- What a verification looked at, and what stands after it: the first of all, and the first that was collected.
verified as (

    select
        series_code,
        unit_code,
        assessment_year,
        measure_code,
        min_by(value, precedence) as value_after,
        min_by(state, precedence) as state_after,
        min_by(value, precedence) filter (where source = 'observation') as value_before,
        min_by(state, precedence) filter (where source = 'observation') as state_before
    from {{ ref('int_observation_candidate') }}
    where verification_batch_id is not null
        and not is_rejected
    group by series_code, unit_code, assessment_year, measure_code

),

rates as (

    select
        rules.methodology_code,
        rules.node_code,
        rules.leaf_share,
        {% for moment in ('after', 'before') %}
        case
            when verified.state_{{ moment }} = 'not_published' then 0
            when verified.value_{{ moment }} is null then null
            when rules.transform = 'observed' then 1
            when rules.transform = 'positive' then cast(verified.value_{{ moment }} > 0 as double)
            else greatest(0, least(1,
                (cast(verified.value_{{ moment }} as double) - rules.floor) / (rules.target - rules.floor)
            ))
        end as rate_{{ moment }}{{ "," if not loop.last }}
        {% endfor %}
    from verified
    inner join wanted_methodologies
        on verified.series_code = wanted_methodologies.series_code
    inner join rules
        on wanted_methodologies.methodology_code = rules.methodology_code
        and verified.measure_code = rules.measure_code

),

thresholds as (

    select threshold as least_count
    from {{ ref('stg_statistic_rule') }}
    where statistic_rule = 'verified'

)

-- The verifications of all editions say how far an observation may be from what is true; most say that it is true.
select
    rates.methodology_code,
    nodes.node_place,
    list(
        round(rates.leaf_share * (rates.rate_after - rates.rate_before), 12)
        order by rates.leaf_share * (rates.rate_after - rates.rate_before)
    ) as errors
from rates
inner join nodes
    on rates.methodology_code = nodes.methodology_code
    and rates.node_code = nodes.node_code
cross join thresholds
where rates.rate_after is not null
    and rates.rate_before is not null
group by rates.methodology_code, nodes.node_place, thresholds.least_count
having count(*) >= thresholds.least_count
