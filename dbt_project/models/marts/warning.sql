with findings as (

    select * from {{ ref('int_warning_edition') }}

    union all

    select * from {{ ref('int_warning_event_points') }}

    union all

    select * from {{ ref('int_warning_response') }}

),

as_of as (

    select series_code, cast(as_of as date) as as_of_day
    from {{ ref('int_as_of') }}

),

territories as (

    select * from {{ ref('int_region') }}
    where is_root

),

dated as (

    select
        findings.*,
        as_of.as_of_day,
        case when findings.ends_on <= as_of.as_of_day then findings.ends_on end as cleared_on,
        {{ plain_number('findings.value') }} as exact_value_text,
        {{ plain_number('round(findings.value, 2)') }} as value_text,
        {{ plain_number('round(100 * findings.value, 1)') }} as share_text,
        {{ plain_number('round(findings.value / 24, 1)') }} as days_text,
        {{ plain_number('findings.threshold') }} as threshold_text,
        row_number() over (
            partition by
                findings.series_code,
                findings.assessment_year,
                findings.methodology_code,
                findings.unit_code,
                findings.warning_kind,
                findings.node_code,
                findings.subject_code
            order by findings.first_seen
        ) as episode
    from findings
    inner join as_of
        using (series_code)
    where findings.first_seen <= as_of.as_of_day

)

{% set places = {
    'value': 'dated.value_text',
    'exact_value': 'dated.exact_value_text',
    'share': 'dated.share_text',
    'days': 'dated.days_text',
    'threshold': 'dated.threshold_text',
} %}
{# What a warning is about by its title: an event's headline, a measure's name; the code where there is none. #}
{% set zh = {
    'node': 'nodes.name_zh',
    'territory': 'territories.name_zh',
    'title': 'coalesce(measures.name_zh, events.headline, dated.subject_code)',
} %}
{% set en = {
    'node': 'nodes.name_en',
    'territory': 'territories.name_en',
    'title': 'coalesce(measures.name_en, events.headline, dated.subject_code)',
} %}

select
    md5(
        dated.series_code || '|' || cast(dated.assessment_year as varchar) || '|' || dated.methodology_code || '|'
        || dated.unit_code || '|' || dated.warning_kind || '|' || dated.node_code || '|' || dated.subject_code || '|'
        || cast(dated.episode as varchar)
    ) as warning_code,
    dated.series_code,
    dated.assessment_year,
    dated.methodology_code,
    editions.is_primary as is_primary_methodology,
    dated.unit_code,
    frames.name_zh as unit_name_zh,
    frames.name_en as unit_name_en,
    frames.region_code,
    dated.warning_kind,
    rules.name_zh as warning_name_zh,
    rules.name_en as warning_name_en,
    rules.severity,
    dated.node_code,
    dated.subject_code,
    cast(dated.episode as integer) as episode,
    dated.value,
    dated.threshold,
    dated.first_seen,
    case
        when dated.cleared_on is null then dated.as_of_day
        else greatest(dated.first_seen, {{ day_before('dated.cleared_on') }})
    end as last_seen,
    dated.cleared_on,
    dated.cleared_on is null as is_open,
    dated.as_of_day as as_of,
    {{ filled('messages.text_zh', dict(zh, **places)) }} as text_zh,
    {{ filled('messages.text_en', dict(en, **places)) }} as text_en
from dated
inner join {{ ref('int_warning_rule') }} as rules
    on dated.methodology_code = rules.methodology_code
    and dated.warning_kind = rules.warning_kind
inner join {{ ref('int_edition_methodology') }} as editions
    on dated.series_code = editions.series_code
    and dated.assessment_year = editions.assessment_year
    and dated.methodology_code = editions.methodology_code
inner join {{ ref('int_methodology_node') }} as nodes
    on dated.methodology_code = nodes.methodology_code
    and dated.node_code = nodes.node_code
inner join {{ ref('stg_assessment_frame') }} as frames
    on dated.series_code = frames.series_code
    and dated.assessment_year = frames.assessment_year
    and dated.unit_code = frames.unit_code
left join {{ ref('int_event') }} as events
    on dated.series_code = events.series_code
    and dated.assessment_year = events.assessment_year
    and dated.unit_code = events.unit_code
    and dated.subject_code = events.cluster_code
left join {{ ref('stg_measure') }} as measures
    on dated.series_code = measures.series_code
    and dated.subject_code = measures.measure_code
left join {{ ref('stg_message') }} as messages
    on 'warning_' || dated.warning_kind = messages.message_code
left join territories
    on dated.series_code = territories.series_code
    and dated.assessment_year = territories.assessment_year
order by
    dated.series_code,
    dated.assessment_year,
    dated.methodology_code,
    dated.unit_code,
    rules.position,
    dated.node_code,
    dated.subject_code,
    dated.episode
