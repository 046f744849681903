{{ config(materialized="view") }}

with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

measures as (

    select
        rules.methodology_code,
        rules.measure_code,
        measures.name_zh,
        measures.name_en,
        coalesce(measures.measurement_unit, '') as measurement_unit,
        count(*) over (partition by rules.methodology_code, rules.node_code) as measure_count,
        sum(case when coalesce(rules.weight, 1) > 0 then 1 else 0 end) over (
            partition by rules.methodology_code, rules.node_code
        ) as weighted_measure_count
    from {{ ref('int_methodology_rule') }} as rules
    inner join {{ ref('stg_measure') }} as measures
        on rules.measure_code = measures.measure_code

),

-- What each measure cost its leaf, in words; nothing where it cost nothing.
measure_findings as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        scores.node_code,
        scores.measure_code,
        scores.status,
        scores.weight,
        case
            when scores.is_vetoed then '一票否决:' || {{ plain_number('scores.value') }} || measures.measurement_unit
            when scores.status = 'not_published' then '未公开'
            when scores.status = 'not_collected' then '未采集'
            when scores.status = 'not_applicable' then '不适用'
            when scores.status = 'quarantined' then '数据未通过入库校验'
            when scores.status = 'to_be_assessed' then '尚无数据'
            when scores.rule_family = 'relative' and scores.normalised_value is null then '与其他单位无从比较'
            when scores.deduction > 0
                then '实测' || {{ plain_number('scores.value') }} || measures.measurement_unit || ',扣'
                    || {{ plain_number('scores.deduction') }} || '分'
            when scores.normalised_value < 1
                then '实测' || {{ plain_number('scores.value') }} || measures.measurement_unit || ',得分率'
                    || {{ percentage_text('scores.normalised_value') }}
        end as finding_zh,
        case
            when scores.is_vetoed then 'veto at ' || {{ plain_number('scores.value') }}
            when scores.status = 'not_published' then 'not published'
            when scores.status = 'not_collected' then 'not collected'
            when scores.status = 'not_applicable' then 'not applicable'
            when scores.status = 'quarantined' then 'rows failed the checks at the door'
            when scores.status = 'to_be_assessed' then 'nothing came in'
            when scores.rule_family = 'relative' and scores.normalised_value is null
                then 'cannot be compared with the other units'
            when scores.deduction > 0
                then {{ plain_number('scores.value') }} || ', ' || {{ plain_number('scores.deduction') }} || ' taken off'
            when scores.normalised_value < 1
                then {{ plain_number('scores.value') }} || case measures.measurement_unit when '%' then '%' else '' end
                    || ' earns ' || {{ percentage_text('scores.normalised_value') }}
        end as finding_en,
        measures.name_zh,
        measures.name_en,
        measures.measure_count,
        measures.weighted_measure_count
    from {{ ref('int_measure_score') }} as scores
    inner join measures
        on scores.methodology_code = measures.methodology_code
        and scores.measure_code = measures.measure_code
    where scores.is_vetoed
        or scores.normalised_value is null
        or scores.normalised_value < 1
        or scores.deduction > 0

),

leaf_findings as (

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
    from measure_findings
    where measure_count = 1

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        bool_or(status = 'quarantined') as is_any_quarantined,
        bool_or(status = 'to_be_assessed') as is_any_to_be_assessed,
        sum(case when weight > 0 and status = 'not_published' then 1 else 0 end)
        = max(weighted_measure_count) as is_all_not_published,
        string_agg(name_zh || ':' || finding_zh, ';' order by measure_code) as finding_zh,
        string_agg(name_en || ': ' || finding_en, '; ' order by measure_code) as finding_en
    from measure_findings
    where measure_count > 1
    group by series_code, assessment_year, methodology_code, unit_code, node_code

),

-- Each node above the event leaves has the events of all of them.
lines_of_descent as (

    select
        leaves.methodology_code,
        leaves.node_code as leaf_code,
        nodes.node_code
    from nodes as leaves
    inner join nodes
        on leaves.methodology_code = nodes.methodology_code
        and starts_with(leaves.sort_path || '.', nodes.sort_path || '.')
    where leaves.is_leaf
        and leaves.is_event_only

),

leaf_events as (

    select
        points.series_code,
        points.assessment_year,
        points.methodology_code,
        points.unit_code,
        leaves.node_code as leaf_code,
        count(*) as event_count,
        sum(case leaves.event_source when 'response_fault' then points.response_fault_points else points.points end) as points
    from {{ ref('int_event_point') }} as points
    inner join nodes as leaves
        on points.methodology_code = leaves.methodology_code
        and leaves.is_leaf
        and leaves.is_event_only
        and case leaves.event_source
            when 'response_fault' then points.response_fault_points <> 0
            else points.node_code = leaves.node_code and points.points <> 0
        end
    group by
        points.series_code,
        points.assessment_year,
        points.methodology_code,
        points.unit_code,
        leaves.node_code

),

node_events as (

    select
        leaf_events.series_code,
        leaf_events.assessment_year,
        leaf_events.methodology_code,
        leaf_events.unit_code,
        lines_of_descent.node_code,
        sum(leaf_events.event_count) as event_count,
        sum(leaf_events.points) as points
    from leaf_events
    inner join lines_of_descent
        on leaf_events.methodology_code = lines_of_descent.methodology_code
        and leaf_events.leaf_code = lines_of_descent.leaf_code
    group by
        leaf_events.series_code,
        leaf_events.assessment_year,
        leaf_events.methodology_code,
        leaf_events.unit_code,
        lines_of_descent.node_code

),

families as (

    select
        methodology_code,
        parent_node_code,
        sum(case when is_base then 1 else 0 end) as base_count
    from nodes
    group by methodology_code, parent_node_code

),

missing_children as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        nodes.parent_node_code as node_code,
        families.base_count,
        count(*) as missing_base_count
    from {{ ref('int_node_score') }} as scores
    inner join nodes
        on scores.methodology_code = nodes.methodology_code
        and scores.node_code = nodes.node_code
    inner join families
        on nodes.methodology_code = families.methodology_code
        and nodes.parent_node_code = families.parent_node_code
    where scores.score is null
        and nodes.is_base
    group by
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        nodes.parent_node_code,
        families.base_count

),

statuses as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        scores.unit_code,
        scores.node_code,
        scores.score,
        scores.applicable_mark,
        scores.assessed_mark,
        nodes.min_coverage_numerator,
        nodes.min_coverage_denominator,
        nodes.is_leaf,
        node_events.event_count,
        node_events.points as event_points,
        missing_children.base_count,
        missing_children.missing_base_count,
        leaf_findings.finding_zh,
        leaf_findings.finding_en,
        case
            when scores.is_event_only and node_events.event_count is null then 'no_event'
            when scores.is_event_only then 'event'
            when nodes.is_leaf and scores.is_vetoed then 'vetoed'
            when scores.score is null and scores.applicable_mark = 0 then 'not_applicable'
            when scores.score is null and not nodes.is_leaf then 'below_coverage'
            when scores.score is null and leaf_findings.is_any_quarantined then 'quarantined'
            when scores.score is null and leaf_findings.is_any_to_be_assessed then 'to_be_assessed'
            when scores.score is null then 'not_collected'
            when nodes.is_leaf and leaf_findings.is_all_not_published then 'not_published'
            when scores.score >= nodes.full_mark then 'full_mark'
            when scores.score = 0 then 'zero_mark'
            else 'partial_mark'
        end as status
    from {{ ref('int_node_score') }} as scores
    inner join nodes
        on scores.methodology_code = nodes.methodology_code
        and scores.node_code = nodes.node_code
    left join leaf_findings
        on scores.series_code = leaf_findings.series_code
        and scores.assessment_year = leaf_findings.assessment_year
        and scores.methodology_code = leaf_findings.methodology_code
        and scores.unit_code = leaf_findings.unit_code
        and scores.node_code = leaf_findings.node_code
    left join node_events
        on scores.series_code = node_events.series_code
        and scores.assessment_year = node_events.assessment_year
        and scores.methodology_code = node_events.methodology_code
        and scores.unit_code = node_events.unit_code
        and scores.node_code = node_events.node_code
    left join missing_children
        on scores.series_code = missing_children.series_code
        and scores.assessment_year = missing_children.assessment_year
        and scores.methodology_code = missing_children.methodology_code
        and scores.unit_code = missing_children.unit_code
        and scores.node_code = missing_children.node_code

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    score,
    status,
    case
        when status = 'event' then
            cast(event_count as varchar) || '起事件,合计' || {{ plain_number('event_points') }} || '分'
            || case when event_points <> score then ',限幅后' || {{ plain_number('score') }} || '分' else '' end
        when status = 'no_event' then '无计分事件'
        when status = 'below_coverage' and missing_base_count = base_count then '下级均无得分'
        when status = 'below_coverage' then
            '已采集' || {{ percentage_text(score_quotient('assessed_mark', 'applicable_mark', 13, 13)) }} || '的分值,不足'
            || cast(min_coverage_numerator as varchar) || '/' || cast(min_coverage_denominator as varchar)
        when status <> 'not_applicable' and missing_base_count > 0 then
            cast(base_count as varchar) || '项中' || cast(missing_base_count as varchar) || '项无得分,其余重新加权'
        when finding_zh is not null then finding_zh
        when status = 'full_mark' then '满分'
        when status = 'zero_mark' then '零分'
        when status = 'not_applicable' then '不适用'
        when is_leaf then '因取整未得满分'
    end as reason_zh,
    case
        when status = 'event' then
            cast(event_count as varchar) || case event_count when 1 then ' event, ' else ' events, ' end || {{ plain_number('event_points') }} || ' in all'
            || case when event_points <> score then ', ' || {{ plain_number('score') }} || ' within the limits' else '' end
        when status = 'no_event' then 'no event that counts'
        when status = 'below_coverage' and missing_base_count = base_count then 'nothing below has a score'
        when status = 'below_coverage' then
            {{ percentage_text(score_quotient('assessed_mark', 'applicable_mark', 13, 13)) }} || ' of the marks assessed, under '
            || cast(min_coverage_numerator as varchar) || '/' || cast(min_coverage_denominator as varchar)
        when status <> 'not_applicable' and missing_base_count > 0 then
            cast(missing_base_count as varchar) || ' of ' || cast(base_count as varchar)
            || ' without a score, the others re-weighted'
        when finding_en is not null then finding_en
        when status = 'full_mark' then 'full mark'
        when status = 'zero_mark' then 'no mark'
        when status = 'not_applicable' then 'not applicable'
        when is_leaf then 'lost to its rounding'
    end as reason_en
from statuses
