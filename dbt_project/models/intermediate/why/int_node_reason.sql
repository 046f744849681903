{{ config(materialized="view") }}

with nodes as (

    select
        methodology_code,
        node_code,
        parent_node_code,
        is_base,
        is_leaf,
        full_mark,
        cast(min_coverage_numerator as varchar) || '/' || cast(min_coverage_denominator as varchar) as least_share_text
    from {{ ref('int_methodology_node') }}

),

families as (

    select
        methodology_code,
        parent_node_code as node_code,
        sum(case when is_base then 1 else 0 end) as base_count
    from nodes
    group by methodology_code, parent_node_code

),

missing_children as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        nodes.parent_node_code as node_code,
        count(*) as missing_base_count
    from {{ ref('int_node_score') }} as scores
    inner join nodes
        using (methodology_code, node_code)
    where scores.score is null
        and nodes.is_base
    group by series_code, assessment_year, methodology_code, unit_code, nodes.parent_node_code

),

statuses as (

    select
        scores.*,
        nodes.least_share_text,
        nodes.is_leaf,
        events.event_count,
        events.points as event_points,
        families.base_count,
        missing_children.missing_base_count,
        findings.finding_zh,
        findings.finding_en,
        case
            when scores.is_event_only and events.event_count is null then 'no_event'
            when scores.is_event_only then 'event'
            when nodes.is_leaf and scores.is_vetoed then 'vetoed'
            when scores.score is null and scores.applicable_mark = 0 then 'not_applicable'
            when scores.score is null and not nodes.is_leaf then 'below_coverage'
            when scores.score is null and findings.is_any_quarantined then 'quarantined'
            when scores.score is null and findings.is_any_to_be_assessed then 'to_be_assessed'
            when scores.score is null then 'not_collected'
            when nodes.is_leaf and findings.is_all_not_published then 'not_published'
            when scores.score >= nodes.full_mark then 'full_mark'
            when scores.score = 0 then 'zero_mark'
            else 'partial_mark'
        end as status
    from {{ ref('int_node_score') }} as scores
    inner join nodes
        using (methodology_code, node_code)
    left join {{ ref('int_leaf_finding') }} as findings
        using (series_code, assessment_year, methodology_code, unit_code, node_code)
    left join {{ ref('int_node_event') }} as events
        using (series_code, assessment_year, methodology_code, unit_code, node_code)
    left join families
        using (methodology_code, node_code)
    left join missing_children
        using (series_code, assessment_year, methodology_code, unit_code, node_code)

),

-- Where no message is named, what was found of the measures is the reason.
reasons as (

    select
        *,
        case
            when status = 'event'
                then 'reason_event' || case event_count when 1 then '' else 's' end
                    || case when event_points <> score then '_limited' else '' end
            when status = 'no_event' then 'reason_no_event'
            when status = 'below_coverage' and missing_base_count = base_count then 'reason_nothing_below'
            when status = 'below_coverage' then 'reason_below_coverage'
            when status <> 'not_applicable' and missing_base_count > 0 then 'reason_reweighted'
            when finding_zh is not null then null
            when status in ('full_mark', 'zero_mark', 'not_applicable') then 'reason_' || status
            when is_leaf then 'reason_rounded'
        end as message_code
    from statuses

),

-- Figures are written only for the few nodes whose message tells them.
told as (

    select
        *,
        case when status = 'event' then cast(event_count as varchar) end as count_text,
        case when status = 'event' then {{ plain_number('event_points') }} end as points_text,
        case when status = 'event' then {{ plain_number('score') }} end as score_text,
        case
            when message_code = 'reason_below_coverage'
                then {{ percentage_text(share_of('assessed_mark', 'applicable_mark', 13)) }}
        end as share_text
    from reasons

)

{% set places = {
    'count': 'told.count_text',
    'points': 'told.points_text',
    'score': 'told.score_text',
    'share': 'told.share_text',
    'least_share': 'told.least_share_text',
    'base_count': 'cast(told.base_count as varchar)',
    'missing_count': 'cast(told.missing_base_count as varchar)',
} %}

select
    told.series_code,
    told.assessment_year,
    told.methodology_code,
    told.unit_code,
    told.node_code,
    told.score,
    told.status,
    coalesce({{ filled('messages.text_zh', places) }}, told.finding_zh) as reason_zh,
    coalesce({{ filled('messages.text_en', places) }}, told.finding_en) as reason_en
from told
left join {{ ref('stg_message') }} as messages
    using (message_code)
