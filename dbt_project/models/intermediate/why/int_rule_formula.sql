-- Formulas with the numbers of a rule in them, filled once a rule and not once a row.
{%- set places = {
    'floor': 'rules.floor_operand',
    'target': 'rules.target_operand',
    'deduct': 'rules.deduct_operand',
    'operator': 'rules.veto_operator',
    'threshold': 'rules.veto_text',
    'min_mark': 'rules.min_mark_text',
    'full_mark': 'rules.full_mark_text',
} %}

select
    rules.methodology_code,
    rules.measure_code,
    formulas.message_code as formula_code,
    {{ filled('formulas.text_en', places) }} as text_en,
    {{ filled('formulas.text_zh', places) }} as text_zh
from {{ ref('int_rule_trace') }} as rules
cross join {{ ref('stg_message') }} as formulas
where starts_with(formulas.message_code, 'trace_')
