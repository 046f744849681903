{{ config(materialized="view") }}

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
        {{ plain_number('rules.veto_threshold') }} as veto_text,
        {{ plain_number('nodes.full_mark') }} as full_mark_text,
        {{ plain_number('nodes.min_mark') }} as min_mark_text,
        case rules.rule_family
            when 'linear' then
                case rules.transform
                    when 'positive' then 'positive'
                    when 'observed' then 'observed'
                    else case when rules.transform = 'log' then 'log; ' else '' end
                        || 'floor ' || {{ plain_number('rules.floor') }} || '; target ' || {{ plain_number('rules.target') }}
                end
            when 'relative' then 'against the other units' || case when rules.floor > rules.target then '; less is better' else '' end
            when 'deduct' then {{ plain_number('rules.deduct_per_case') }} || ' off per case'
            when 'veto' then 'veto ' || rules.veto_operator || ' ' || {{ plain_number('rules.veto_threshold') }}
        end || '; weight ' || {{ plain_number('weights.weight') }}
        || '; full mark ' || {{ plain_number('nodes.full_mark') }} as parameters
    from {{ ref('int_methodology_rule') }} as rules
    inner join {{ ref('int_methodology_node') }} as nodes
        on rules.methodology_code = nodes.methodology_code
        and rules.node_code = nodes.node_code
    inner join {{ ref('int_rule_weight') }} as weights
        on rules.methodology_code = weights.methodology_code
        and rules.measure_code = weights.measure_code

),

-- A leaf of one measure needs no gathering. No table expression here is read twice: DuckDB would keep its result, and with
-- it compute every column of this view even where only a key is asked for.
leaves_of_many as (

    select
        methodology_code,
        node_code
    from {{ ref('int_methodology_rule') }}
    group by methodology_code, node_code
    having count(*) > 1

),

gathered_leaves as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        scores.node_code,
        sum(case when scores.normalised_value is not null then scores.weight else 0 end) as counted_weight,
        sum(scores.deduction) as deduction,
        bool_or(scores.is_vetoed) as is_vetoed,
        string_agg(
            case when scores.weight > 0
                then {{ operand('scores.weight') }} || ' × ' || {{ plain_number('scores.normalised_value') }}
            end,
            ' + ' order by scores.measure_code
        ) as weighted_values
    from {{ ref('int_measure_score') }} as scores
    inner join leaves_of_many
        on scores.methodology_code = leaves_of_many.methodology_code
        and scores.node_code = leaves_of_many.node_code
    group by scores.series_code, scores.assessment_year, scores.methodology_code, scores.unit_code, scores.node_code

),

measures as (

    select
        scores.*,
        rules.transform,
        rules.veto_operator,
        rules.floor_operand,
        rules.target_operand,
        rules.deduct_operand,
        rules.veto_text,
        rules.full_mark_text,
        rules.min_mark_text,
        rules.parameters,
        coalesce(gathered_leaves.counted_weight, scores.weight) as counted_weight,
        coalesce(gathered_leaves.deduction, scores.deduction) as leaf_deduction,
        coalesce(gathered_leaves.is_vetoed, scores.is_vetoed) as is_leaf_vetoed,
        coalesce(
            gathered_leaves.weighted_values,
            rules.weight_operand || ' × ' || {{ plain_number('scores.normalised_value') }}
        ) as weighted_values,
        leaves.score as leaf_score
    from {{ ref('int_measure_score') }} as scores
    inner join rules
        on scores.methodology_code = rules.methodology_code
        and scores.measure_code = rules.measure_code
    inner join {{ ref('int_leaf_score') }} as leaves
        on scores.series_code = leaves.series_code
        and scores.assessment_year = leaves.assessment_year
        and scores.methodology_code = leaves.methodology_code
        and scores.unit_code = leaves.unit_code
        and scores.node_code = leaves.node_code
    left join gathered_leaves
        on scores.series_code = gathered_leaves.series_code
        and scores.assessment_year = gathered_leaves.assessment_year
        and scores.methodology_code = gathered_leaves.methodology_code
        and scores.unit_code = gathered_leaves.unit_code
        and scores.node_code = gathered_leaves.node_code

),

formulas as (

    select
        *,
        case
            when normalised_value is null then 'NA'
            when status = 'not_published' then '0'
            when rule_family = 'deduct'
                then deduct_operand || ' × ' || {{ operand('value') }} || ' = '
                    || {{ plain_number('deduction') }} || ' off'
            when rule_family = 'veto'
                then {{ plain_number('value') }} || ' ' || veto_operator || ' ' || veto_text
                    || case when is_vetoed then ': veto' else ': no veto' end
            when rule_family = 'relative'
                then {{ plain_number('value') }} || ' among the units: ' || {{ plain_number('normalised_value') }}
            when transform = 'positive'
                then {{ plain_number('value') }} || ' > 0: ' || {{ plain_number('normalised_value') }}
            when transform = 'observed' then 'observed: 1'
            when transform = 'log' and value <= 0 then 'clip(ln ' || {{ operand('value') }} || ') = 0'
            when transform = 'log'
                then 'clip((ln ' || {{ operand('value') }} || ' - ln ' || floor_operand || ') / (ln '
                    || target_operand || ' - ln ' || floor_operand || ')) = '
                    || {{ plain_number('normalised_value') }}
            else 'clip((' || {{ operand('value') }} || ' - ' || floor_operand || ') / ('
                || target_operand || ' - ' || floor_operand || ')) = '
                || {{ plain_number('normalised_value') }}
        end as arithmetic
    from measures

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    measure_code,
    status,
    value,
    normalised_value,
    deduction,
    is_vetoed,
    parameters,
    arithmetic,
    case
        when is_leaf_vetoed then 'veto: 0'
        when leaf_score is null then 'NA'
        else full_mark_text || ' × ('
            || weighted_values
            || ')' || case when counted_weight <> 1 then ' / ' || {{ plain_number('counted_weight') }} else '' end
            || case when leaf_deduction > 0 then ' - ' || {{ plain_number('leaf_deduction') }} else '' end
            || ', within ' || min_mark_text || ' to ' || full_mark_text || ' = '
            || {{ plain_number('leaf_score') }}
    end as leaf_arithmetic
from formulas
