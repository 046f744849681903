with decisions as (

    select * from {{ ref('int_decision') }}

),

roles as (

    select * from {{ ref('stg_decision_role') }}

),

batches as (

    select
        batch_id,
        min(file_name) as file_name
    from {{ ref('stg_batch') }}
    where is_effective
        and source = 'decision'
    group by batch_id

)

select
    decisions.series_code,
    decisions.assessment_year,
    decisions.unit_code,
    decisions.decision_code,
    decisions.decision_kind,
    decisions.objection_code,
    decisions.outcome,
    decisions.decision_status,
    decisions.subject,
    coalesce(decisions.measure_code, decisions.cluster_code) as subject_code,
    decisions.expected_value,
    decisions.expected_state,
    decisions.found_value,
    decisions.found_state,
    decisions.value,
    decisions.state,
    decisions.repaired_at,
    decisions.reason as decision_reason,
    decisions.role_code,
    roles.name_zh as role_name_zh,
    roles.name_en as role_name_en,
    decisions.officer_code,
    decisions.decided_at,
    decisions.evidence_url,
    decisions.evidence_hash,
    decisions.provenance,
    batches.file_name,
    decisions.batch_id,
    decisions.row_number
from decisions
inner join batches
    on decisions.batch_id = batches.batch_id
left join roles
    on decisions.role_code = roles.role_code
order by
    decisions.series_code,
    decisions.assessment_year,
    decisions.unit_code,
    decisions.decided_at,
    decisions.decision_code,
    decisions.batch_id,
    decisions.row_number
