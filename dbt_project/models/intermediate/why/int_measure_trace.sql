{{ config(materialized="view") }}

-- No table expression here is read twice: DuckDB would keep its result, and with it compute every column of this view even
-- where only a key is asked for. Numbers become text here, once, for each stands in several formulas.
with measures as (

    select
        scores.*,
        rules.parameters,
        rules.parameters_zh,
        rules.weight_operand,
        gathered.weighted_values,
        coalesce(gathered.counted_weight, scores.weight) as counted_weight,
        coalesce(gathered.deduction, scores.deduction) as leaf_deduction,
        {{ plain_number('scores.value') }} as value_text,
        {{ plain_number('scores.deduction') }} as deduction_text,
        {{ plain_number('scores.normalised_value') }} as normalised_text,
        {{ plain_number('leaves.score') }} as leaf_score_text,
        'trace_' || case
            when scores.normalised_value is null then 'missing'
            when scores.status = 'not_published' then 'not_published'
            when scores.rule_family in ('deduct', 'relative') then scores.rule_family
            when scores.rule_family = 'veto' then case when scores.is_vetoed then 'veto' else 'no_veto' end
            when rules.transform in ('positive', 'observed') then rules.transform
            when rules.transform = 'log' then case when scores.value <= 0 then 'log_of_nothing' else 'log' end
            else 'linear'
        end as formula_code,
        'trace_' || case
            when coalesce(gathered.is_vetoed, scores.is_vetoed) then 'leaf_vetoed'
            when leaves.score is null then 'missing'
            else 'leaf'
        end as leaf_formula_code
    from {{ ref('int_measure_score') }} as scores
    inner join {{ ref('int_rule_trace') }} as rules
        on scores.methodology_code = rules.methodology_code
        and scores.measure_code = rules.measure_code
    inner join {{ ref('int_leaf_score') }} as leaves
        on scores.series_code = leaves.series_code
        and scores.assessment_year = leaves.assessment_year
        and scores.methodology_code = leaves.methodology_code
        and scores.unit_code = leaves.unit_code
        and scores.node_code = leaves.node_code
    left join {{ ref('int_gathered_leaf') }} as gathered
        on scores.series_code = gathered.series_code
        and scores.assessment_year = gathered.assessment_year
        and scores.methodology_code = gathered.methodology_code
        and scores.unit_code = gathered.unit_code
        and scores.node_code = gathered.node_code

)

{%- set places = {
    'value': 'measures.value_text',
    'operand': "case when measures.value < 0 then '(' || measures.value_text || ')' else measures.value_text end",
    'deduction': 'measures.deduction_text',
    'normalised': 'measures.normalised_text',
} %}
{%- set leaf_places = {
    'weighted_values': "coalesce(measures.weighted_values, measures.weight_operand || ' × ' || measures.normalised_text)",
    'divided': "case when measures.counted_weight <> 1 then ' / ' || " ~ plain_number('measures.counted_weight') ~ " end",
    'deducted': "case when measures.leaf_deduction > 0 then ' - ' || " ~ plain_number('measures.leaf_deduction') ~ " end",
    'score': 'measures.leaf_score_text',
} %}

select
    measures.series_code,
    measures.assessment_year,
    measures.methodology_code,
    measures.unit_code,
    measures.node_code,
    measures.measure_code,
    measures.status,
    measures.value,
    measures.normalised_value,
    measures.deduction,
    measures.is_vetoed,
    measures.parameters,
    measures.parameters_zh,
    {{ filled('formulas.text_en', places) }} as arithmetic,
    {{ filled('formulas.text_zh', places) }} as arithmetic_zh,
    {{ filled('leaf_formulas.text_en', leaf_places) }} as leaf_arithmetic,
    {{ filled('leaf_formulas.text_zh', leaf_places) }} as leaf_arithmetic_zh
from measures
inner join {{ ref('int_rule_formula') }} as formulas
    on measures.methodology_code = formulas.methodology_code
    and measures.measure_code = formulas.measure_code
    and measures.formula_code = formulas.formula_code
inner join {{ ref('int_rule_formula') }} as leaf_formulas
    on measures.methodology_code = leaf_formulas.methodology_code
    and measures.measure_code = leaf_formulas.measure_code
    and measures.leaf_formula_code = leaf_formulas.formula_code
