{{ config(materialized="view") }}

with traces as (

    select * from {{ ref('int_measure_source') }}

    union all

    select * from {{ ref('int_event_source') }}

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
    traces.parameters_zh,
    traces.state,
    traces.value,
    rules.measurement_unit,
    traces.normalised_value,
    traces.deduction,
    traces.is_vetoed,
    traces.event_points,
    traces.arithmetic,
    traces.arithmetic_zh,
    traces.leaf_arithmetic,
    traces.leaf_arithmetic_zh,
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
