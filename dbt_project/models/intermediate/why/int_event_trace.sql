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
        leaves.event_source,
        leaves.full_mark,
        leaves.min_mark,
        case leaves.event_source
            when 'response_fault' then points.response_fault_points
            else points.points
        end as leaf_points,
        case
            when points.is_rejected then 'rejected: 0'
            when leaves.event_source = 'response_fault' then
                trim(
                    case when points.is_silent then 'silent ' else '' end
                    || case when points.is_late then 'late ' else '' end
                    || case when points.is_off_point then 'off_point ' else '' end
                    || case when points.is_wrong_body then 'wrong_body ' else '' end
                ) || ' = ' || {{ plain_number('points.response_fault_points') }}
            else
                case when points.sign_value < 0 then '-' else '' end || {{ plain_number('points.base_value') }}
                || ' × ' || {{ plain_number('points.reach_value') }}
                || ' × ' || {{ plain_number('points.responsibility_value') }}
                || case when points.polarity = 'negative' then ' × ' || {{ plain_number('points.response_value') }} else '' end
                || ' = ' || {{ plain_number('points.points') }}
        end as arithmetic
    from {{ ref('int_event_point') }} as points
    inner join leaves
        on points.methodology_code = leaves.methodology_code
        and case leaves.event_source
            when 'response_fault' then points.response_fault_points <> 0
            else points.node_code = leaves.node_code
        end

)

select
    leaf_events.series_code,
    leaf_events.assessment_year,
    leaf_events.methodology_code,
    leaf_events.unit_code,
    leaf_events.leaf_code as node_code,
    leaf_events.measure_code,
    leaf_events.cluster_code,
    case when leaf_events.is_rejected then 'rejected' else 'event' end as status,
    leaf_events.leaf_points as points,
    case leaf_events.event_source
        when 'response_fault' then 'faults of the response'
        else 'base × reach × responsibility'
            || case when leaf_events.polarity = 'negative' then ' × response' else '' end
    end || '; within ' || {{ plain_number('leaf_events.min_mark') }} || ' to '
    || {{ plain_number('leaf_events.full_mark') }} as parameters,
    leaf_events.arithmetic,
    {{ plain_number(
        'cast(sum(leaf_events.leaf_points) over (partition by leaf_events.series_code, leaf_events.assessment_year, '
        ~ 'leaf_events.methodology_code, leaf_events.unit_code, leaf_events.leaf_code) as decimal(18, 10))'
    ) }}
    || ', within ' || {{ plain_number('leaf_events.min_mark') }} || ' to ' || {{ plain_number('leaf_events.full_mark') }}
    || ' = ' || {{ plain_number('leaves.score') }} as leaf_arithmetic
from leaf_events
inner join {{ ref('int_leaf_score') }} as leaves
    on leaf_events.series_code = leaves.series_code
    and leaf_events.assessment_year = leaves.assessment_year
    and leaf_events.methodology_code = leaves.methodology_code
    and leaf_events.unit_code = leaves.unit_code
    and leaf_events.leaf_code = leaves.node_code
