{{ config(materialized="view") }}

-- What a correction or a decision took the place of.
with overruled as (

    select
        candidates.series_code,
        candidates.assessment_year,
        candidates.unit_code,
        candidates.measure_code,
        candidates.value,
        candidates.state,
        candidates.source,
        candidates.batch_id,
        candidates.row_number
    from {{ ref('int_observation_candidate') }} as candidates
    inner join {{ ref('int_observation_reconciled') }} as observations
        on candidates.series_code = observations.series_code
        and candidates.assessment_year = observations.assessment_year
        and candidates.unit_code = observations.unit_code
        and candidates.measure_code = observations.measure_code
        and (
            (observations.source = 'decision' and not candidates.is_rejected)
            or (observations.source = 'verification' and candidates.source in ('observation', 'derivation'))
        )
    qualify row_number() over (
        partition by candidates.series_code, candidates.assessment_year, candidates.unit_code, candidates.measure_code
        order by candidates.precedence
    ) = 1

),

traces as (

    select
        measures.series_code,
        measures.assessment_year,
        measures.methodology_code,
        measures.unit_code,
        measures.node_code,
        measures.measure_code,
        cast(null as varchar) as cluster_code,
        measures.status as state,
        measures.value,
        cast(null as decimal(18, 10)) as event_points,
        measures.normalised_value,
        measures.deduction,
        measures.is_vetoed,
        measures.parameters,
        measures.arithmetic,
        measures.leaf_arithmetic,
        cast(null as date) as event_date,
        cast(null as varchar) as headline,
        observations.source,
        observations.channel,
        observations.collection_mode,
        observations.captured_at,
        observations.collector,
        observations.evidence_url,
        observations.evidence_hash,
        observations.provenance,
        observations.batch_id,
        observations.row_number,
        observations.candidate_count,
        decisions.verdict as verification_verdict,
        decisions.value as verification_value,
        decisions.state as verification_state,
        decisions.reason as verification_reason,
        decisions.verifier,
        decisions.verified_at,
        decisions.batch_id as verification_batch_id,
        decisions.row_number as verification_row_number,
        overrulings.decision_code,
        overrulings.reason as decision_reason,
        overrulings.role_code as decision_role_code,
        overruled.value as overruled_value,
        overruled.state as overruled_state,
        overruled.source as overruled_source,
        overruled.batch_id as overruled_batch_id,
        overruled.row_number as overruled_row_number
    from {{ ref('int_measure_trace') }} as measures
    left join {{ ref('int_observation_reconciled') }} as observations
        on measures.series_code = observations.series_code
        and measures.assessment_year = observations.assessment_year
        and measures.unit_code = observations.unit_code
        and measures.measure_code = observations.measure_code
    left join {{ ref('int_verification_decision') }} as decisions
        on measures.series_code = decisions.series_code
        and measures.assessment_year = decisions.assessment_year
        and measures.unit_code = decisions.unit_code
        and measures.measure_code = decisions.measure_code
        and decisions.subject = 'observation'
    left join {{ ref('int_decision') }} as overrulings
        on measures.series_code = overrulings.series_code
        and measures.assessment_year = overrulings.assessment_year
        and measures.unit_code = overrulings.unit_code
        and measures.measure_code = overrulings.measure_code
        and overrulings.subject = 'observation'
        and overrulings.decision_status = 'in_effect'
    left join overruled
        on measures.series_code = overruled.series_code
        and measures.assessment_year = overruled.assessment_year
        and measures.unit_code = overruled.unit_code
        and measures.measure_code = overruled.measure_code

    union all

    select
        points.series_code,
        points.assessment_year,
        points.methodology_code,
        points.unit_code,
        points.node_code,
        points.measure_code,
        points.cluster_code,
        points.status as state,
        cast(null as decimal(20, 9)) as value,
        points.points as event_points,
        cast(null as decimal(14, 12)) as normalised_value,
        cast(0 as decimal(24, 13)) as deduction,
        false as is_vetoed,
        points.parameters,
        points.arithmetic,
        points.leaf_arithmetic,
        events.event_date,
        events.headline,
        'opinion_event' as source,
        cast(null as varchar) as channel,
        cast(null as varchar) as collection_mode,
        reports.captured_at,
        events.collector,
        events.evidence_url,
        events.evidence_hash,
        events.provenance,
        events.batch_id,
        events.row_number,
        events.report_count as candidate_count,
        decisions.verdict as verification_verdict,
        decisions.value as verification_value,
        decisions.state as verification_state,
        decisions.reason as verification_reason,
        decisions.verifier,
        decisions.verified_at,
        decisions.batch_id as verification_batch_id,
        decisions.row_number as verification_row_number,
        events.decision_code,
        overrulings.reason as decision_reason,
        overrulings.role_code as decision_role_code,
        cast(null as decimal(20, 9)) as overruled_value,
        cast(null as varchar) as overruled_state,
        cast(null as varchar) as overruled_source,
        cast(null as varchar) as overruled_batch_id,
        cast(null as integer) as overruled_row_number
    from {{ ref('int_event_trace') }} as points
    inner join {{ ref('int_event') }} as events
        on points.series_code = events.series_code
        and points.assessment_year = events.assessment_year
        and points.unit_code = events.unit_code
        and points.cluster_code = events.cluster_code
    left join {{ ref('stg_opinion_event') }} as reports
        on events.batch_id = reports.batch_id
        and events.row_number = reports.row_number
        and events.cluster_code = reports.cluster_code
    left join {{ ref('int_verification_decision') }} as decisions
        on events.series_code = decisions.series_code
        and events.assessment_year = decisions.assessment_year
        and events.unit_code = decisions.unit_code
        and events.cluster_code = decisions.cluster_code
        and decisions.subject = 'opinion_event'
    left join {{ ref('int_decision') }} as overrulings
        on events.series_code = overrulings.series_code
        and events.assessment_year = overrulings.assessment_year
        and events.unit_code = overrulings.unit_code
        and events.cluster_code = overrulings.cluster_code
        and events.decision_code = overrulings.decision_code
        and overrulings.decision_status = 'in_effect'

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

rules as (

    select
        rules.methodology_code,
        rules.measure_code,
        rules.rule_family,
        rules.rule_text_zh,
        rules.rule_text_en,
        measures.name_zh,
        measures.name_en,
        measures.measurement_unit
    from {{ ref('int_methodology_rule') }} as rules
    inner join {{ ref('stg_measure') }} as measures
        on rules.measure_code = measures.measure_code

)

select
    traces.series_code,
    traces.assessment_year,
    traces.methodology_code,
    traces.unit_code,
    traces.node_code,
    coalesce(traces.cluster_code, traces.measure_code) as item_code,
    traces.measure_code,
    traces.cluster_code,
    nodes.sort_path,
    nodes.name_zh as node_name_zh,
    nodes.name_en as node_name_en,
    rules.name_zh as measure_name_zh,
    rules.name_en as measure_name_en,
    rules.rule_family,
    rules.rule_text_zh,
    rules.rule_text_en,
    traces.parameters,
    traces.state,
    traces.value,
    rules.measurement_unit,
    traces.normalised_value,
    traces.deduction,
    traces.is_vetoed,
    traces.event_points,
    traces.arithmetic,
    traces.leaf_arithmetic,
    traces.event_date,
    traces.headline,
    traces.source,
    traces.channel,
    traces.collection_mode,
    traces.captured_at,
    traces.collector,
    traces.evidence_url,
    traces.evidence_hash,
    traces.provenance,
    files.file_name,
    files.file_sha256,
    traces.batch_id,
    traces.row_number,
    cast(traces.candidate_count as integer) as candidate_count,
    traces.verification_verdict,
    traces.verification_value,
    traces.verification_state,
    traces.verification_reason,
    traces.verifier,
    traces.verified_at,
    verification_files.file_name as verification_file_name,
    verification_files.file_sha256 as verification_file_sha256,
    traces.verification_batch_id,
    traces.verification_row_number,
    traces.decision_code,
    traces.decision_reason,
    traces.decision_role_code,
    traces.overruled_value,
    traces.overruled_state,
    traces.overruled_source,
    overruled_files.file_name as overruled_file_name,
    traces.overruled_batch_id,
    traces.overruled_row_number
from traces
inner join nodes
    on traces.methodology_code = nodes.methodology_code
    and traces.node_code = nodes.node_code
inner join rules
    on traces.methodology_code = rules.methodology_code
    and traces.measure_code = rules.measure_code
left join {{ ref('int_effective_file') }} as files
    on traces.batch_id = files.batch_id
left join {{ ref('int_effective_file') }} as verification_files
    on traces.verification_batch_id = verification_files.batch_id
left join {{ ref('int_effective_file') }} as overruled_files
    on traces.overruled_batch_id = overruled_files.batch_id
