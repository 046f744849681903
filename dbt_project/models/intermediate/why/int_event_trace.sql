{{ config(materialized="view") }}

with leaves as (

    select
        nodes.*,
        rules.measure_code
    from {{ ref('int_methodology_node') }} as nodes
    inner join (

        select
            methodology_code,
            node_code,
            min(measure_code) as measure_code
        from {{ ref('int_methodology_rule') }}
        where rule_family = 'event'
        group by methodology_code, node_code

    ) as rules
        on nodes.methodology_code = rules.methodology_code
        and nodes.node_code = rules.node_code
    where nodes.is_leaf
        and nodes.is_event_only

),

-- An event is a row of the leaf of its topic; what was wrong with the response is one more, in the leaf of such faults.
leaf_events as (

    select
        points.*,
        leaves.node_code as leaf_code,
        leaves.measure_code,
        {{ plain_number('leaves.min_mark') }} as min_mark_text,
        {{ plain_number('leaves.full_mark') }} as full_mark_text,
        case leaves.event_source
            when 'response_fault' then points.response_fault_points
            else points.points
        end as leaf_points,
        'trace_of_' || case leaves.event_source
            when 'response_fault' then 'response_fault'
            else points.polarity
        end as parameters_code,
        'trace_event_' || case
            when points.is_rejected then 'rejected'
            when leaves.event_source = 'response_fault' then 'faults'
            else 'points'
        end as formula_code
    from {{ ref('int_event_point') }} as points
    inner join leaves
        on points.methodology_code = leaves.methodology_code
        and case leaves.event_source
            when 'response_fault' then points.response_fault_points <> 0
            else points.node_code = leaves.node_code
        end

),

fault_words as (

    select
        {%- for fault in ('silent', 'late', 'off_point', 'wrong_body') %}
        max(case when message_code = 'trace_fault_' || '{{ fault }}' then text_zh end) as {{ fault }}_zh,
        max(case when message_code = 'trace_fault_' || '{{ fault }}' then text_en end) as {{ fault }}_en{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_message') }}

),

-- A leaf's events add up to what it says of all of them.
told_events as (

    select
        leaf_events.*,
        sum(leaf_events.leaf_points) over (
            partition by
                leaf_events.series_code,
                leaf_events.assessment_year,
                leaf_events.methodology_code,
                leaf_events.unit_code,
                leaf_events.leaf_code
        ) as points_of_leaf,
        {%- for language, separator in (('zh', '、'), ('en', ' ')) %}
        concat_ws(
            '{{ separator }}',
            case when leaf_events.is_silent then fault_words.silent_{{ language }} end,
            case when leaf_events.is_late then fault_words.late_{{ language }} end,
            case when leaf_events.is_off_point then fault_words.off_point_{{ language }} end,
            case when leaf_events.is_wrong_body then fault_words.wrong_body_{{ language }} end
        ) as faults_{{ language }}{{ ',' if not loop.last }}
        {%- endfor %}
    from leaf_events
    cross join fault_words

)

{%- set places = {
    'sign': "case when events.sign_value < 0 then '-' end",
    'base': plain_number('events.base_value'),
    'reach': plain_number('events.reach_value'),
    'responsibility': plain_number('events.responsibility_value'),
    'response': "case when events.polarity = 'negative' then ' × ' || " ~ plain_number('events.response_value') ~ " end",
    'points': plain_number('events.leaf_points'),
    'sum': plain_number('cast(events.points_of_leaf as decimal(18, 10))'),
    'min_mark': 'events.min_mark_text',
    'full_mark': 'events.full_mark_text',
    'score': plain_number('leaves.score'),
} %}

select
    events.series_code,
    events.assessment_year,
    events.methodology_code,
    events.unit_code,
    events.leaf_code as node_code,
    events.measure_code,
    events.cluster_code,
    case when events.is_rejected then 'rejected' else 'event' end as status,
    events.leaf_points as points,
    {{ filled('parameters.text_en', places) }} as parameters,
    {{ filled('parameters.text_zh', places) }} as parameters_zh,
    {{ filled(filled('formulas.text_en', {'faults': 'events.faults_en'}), places) }} as arithmetic,
    {{ filled(filled('formulas.text_zh', {'faults': 'events.faults_zh'}), places) }} as arithmetic_zh,
    {{ filled('leaf_formulas.text_en', places) }} as leaf_arithmetic,
    {{ filled('leaf_formulas.text_zh', places) }} as leaf_arithmetic_zh
from told_events as events
inner join {{ ref('int_leaf_score') }} as leaves
    on events.series_code = leaves.series_code
    and events.assessment_year = leaves.assessment_year
    and events.methodology_code = leaves.methodology_code
    and events.unit_code = leaves.unit_code
    and events.leaf_code = leaves.node_code
inner join {{ ref('stg_message') }} as parameters
    on events.parameters_code = parameters.message_code
inner join {{ ref('stg_message') }} as formulas
    on events.formula_code = formulas.message_code
inner join {{ ref('stg_message') }} as leaf_formulas
    on leaf_formulas.message_code = 'trace_event_leaf'
