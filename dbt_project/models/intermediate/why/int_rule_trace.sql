-- What a rule says is written once a rule, not once a row.
with rules as (

    select
        rules.methodology_code,
        rules.measure_code,
        rules.transform,
        rules.veto_operator,
        {{ operand('rules.floor') }} as floor_operand,
        {{ operand('rules.target') }} as target_operand,
        {{ operand('weights.weight') }} as weight_operand,
        {{ operand('rules.deduct_per_case') }} as deduct_operand,
        {{ plain_number('rules.floor') }} as floor_text,
        {{ plain_number('rules.target') }} as target_text,
        {{ plain_number('weights.weight') }} as weight_text,
        {{ plain_number('rules.deduct_per_case') }} as deduct_text,
        {{ plain_number('rules.veto_threshold') }} as veto_text,
        {{ plain_number('nodes.full_mark') }} as full_mark_text,
        {{ plain_number('nodes.min_mark') }} as min_mark_text,
        'trace_rule_' || case
            when rules.rule_family = 'linear' and rules.transform in ('positive', 'observed', 'log') then rules.transform
            when rules.rule_family = 'relative' and rules.floor > rules.target then 'relative_downwards'
            else rules.rule_family
        end as message_code
    from {{ ref('int_methodology_rule') }} as rules
    inner join {{ ref('int_methodology_node') }} as nodes
        on rules.methodology_code = nodes.methodology_code
        and rules.node_code = nodes.node_code
    inner join {{ ref('int_rule_weight') }} as weights
        on rules.methodology_code = weights.methodology_code
        and rules.measure_code = weights.measure_code
    where rules.rule_family <> 'event'

)

{%- set places = {
    'floor': 'rules.floor_text',
    'target': 'rules.target_text',
    'deduct': 'rules.deduct_text',
    'operator': 'rules.veto_operator',
    'threshold': 'rules.veto_text',
    'weight': 'rules.weight_text',
    'full_mark': 'rules.full_mark_text',
} %}

select
    rules.methodology_code,
    rules.measure_code,
    rules.transform,
    rules.veto_operator,
    rules.floor_operand,
    rules.target_operand,
    rules.weight_operand,
    rules.deduct_operand,
    rules.veto_text,
    rules.full_mark_text,
    rules.min_mark_text,
    {{ filled(filled('parameters.text_en', {'rule': 'kinds.text_en'}), places) }} as parameters,
    {{ filled(filled('parameters.text_zh', {'rule': 'kinds.text_zh'}), places) }} as parameters_zh
from rules
inner join {{ ref('stg_message') }} as kinds
    on rules.message_code = kinds.message_code
inner join {{ ref('stg_message') }} as parameters
    on parameters.message_code = 'trace_parameters'
