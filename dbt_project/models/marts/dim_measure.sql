with measures as (

    select * from {{ ref('stg_measure') }}

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

)

select
    rules.methodology_code,
    rules.measure_code,
    rules.node_code,
    measures.series_code,
    measures.name_zh,
    measures.name_en,
    measures.measurement_unit,
    measures.value_kind,
    measures.lower_bound,
    measures.upper_bound,
    measures.direction,
    rules.rule_family,
    cast(coalesce(rules.weight, 1) as decimal(9, 6)) as weight,
    rules.transform,
    rules.floor,
    rules.target,
    rules.deduct_per_case,
    rules.veto_operator,
    rules.veto_threshold,
    rules.event_source,
    rules.rule_text_zh,
    rules.rule_text_en,
    measures.collection_channel,
    rules.origin
from rules
inner join measures
    on rules.measure_code = measures.measure_code
order by rules.methodology_code, rules.measure_code
