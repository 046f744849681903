{{ config(materialized="view") }}

with measures as (

    select
        rules.methodology_code,
        rules.measure_code,
        measures.name_zh,
        measures.name_en,
        measures.measurement_unit,
        count(*) over (partition by rules.methodology_code, rules.node_code) as measure_count,
        sum(case when coalesce(rules.weight, 1) > 0 then 1 else 0 end) over (
            partition by rules.methodology_code, rules.node_code
        ) as weighted_measure_count
    from {{ ref('int_methodology_rule') }} as rules
    inner join {{ ref('stg_measure') }} as measures
        using (measure_code)

),

-- What each measure cost its leaf; nothing where it cost nothing.
costs as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        scores.node_code,
        scores.measure_code,
        scores.status,
        scores.weight,
        measures.name_zh,
        measures.name_en,
        measures.measure_count,
        measures.weighted_measure_count,
        measures.measurement_unit,
        {{ plain_number('scores.value') }} as value_text,
        {{ plain_number('scores.deduction') }} as deduction_text,
        {{ percentage_text('scores.normalised_value') }} as share_text,
        case
            when scores.is_vetoed then 'finding_vetoed'
            when scores.status in ('not_published', 'not_collected', 'not_applicable', 'quarantined', 'to_be_assessed')
                then 'finding_' || scores.status
            when scores.rule_family = 'relative' and scores.normalised_value is null then 'finding_incomparable'
            when scores.deduction > 0 then 'finding_deducted'
            when scores.normalised_value < 1 then 'finding_partial'
        end as message_code
    from {{ ref('int_measure_score') }} as scores
    inner join measures
        using (methodology_code, measure_code)
    where scores.is_vetoed
        or scores.normalised_value is null
        or scores.normalised_value < 1
        or scores.deduction > 0

),

findings as (

    select
        costs.*,
        {{ filled('messages.text_zh', {
            'value': 'costs.value_text',
            'deduction': 'costs.deduction_text',
            'share': 'costs.share_text',
            'unit': 'costs.measurement_unit',
        }) }} as finding_zh,
        {{ filled('messages.text_en', {
            'value': 'costs.value_text',
            'deduction': 'costs.deduction_text',
            'share': 'costs.share_text',
            'percent_sign': "case costs.measurement_unit when '%' then '%' end",
        }) }} as finding_en
    from costs
    left join {{ ref('stg_message') }} as messages
        using (message_code)

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    status = 'quarantined' as is_any_quarantined,
    status = 'to_be_assessed' as is_any_to_be_assessed,
    status = 'not_published' as is_all_not_published,
    finding_zh,
    finding_en
from findings
where measure_count = 1

union all

select
    findings.series_code,
    findings.assessment_year,
    findings.methodology_code,
    findings.unit_code,
    findings.node_code,
    bool_or(findings.status = 'quarantined') as is_any_quarantined,
    bool_or(findings.status = 'to_be_assessed') as is_any_to_be_assessed,
    sum(case when findings.weight > 0 and findings.status = 'not_published' then 1 else 0 end)
    = max(findings.weighted_measure_count) as is_all_not_published,
    string_agg(
        {{ filled('messages.text_zh', {'measure': 'findings.name_zh', 'finding': 'findings.finding_zh'}) }},
        ';' order by findings.measure_code
    ) as finding_zh,
    string_agg(
        {{ filled('messages.text_en', {'measure': 'findings.name_en', 'finding': 'findings.finding_en'}) }},
        '; ' order by findings.measure_code
    ) as finding_en
from findings
inner join {{ ref('stg_message') }} as messages
    on messages.message_code = 'finding_of_measure'
where findings.measure_count > 1
group by
    findings.series_code,
    findings.assessment_year,
    findings.methodology_code,
    findings.unit_code,
    findings.node_code
