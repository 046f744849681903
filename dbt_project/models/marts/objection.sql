with objections as (

    select * from {{ ref('stg_objection') }}

),

-- The ruling that stands: the one in effect, else the latest.
rulings as (

    select * from {{ ref('int_decision') }}
    where objection_code is not null
    qualify row_number() over (
        partition by objection_code
        order by
            case decision_status when 'in_effect' then 1 when 'rejected' then 2 when 'replaced' then 3 else 4 end,
            decided_at desc,
            decision_code
    ) = 1

),

batches as (

    select
        batch_id,
        min(file_name) as file_name
    from {{ ref('stg_batch') }}
    where is_effective
        and source = 'objection'
    group by batch_id

)

select
    objections.series_code,
    objections.assessment_year,
    objections.unit_code,
    objections.objection_code,
    objections.subject,
    coalesce(objections.measure_code, objections.cluster_code) as subject_code,
    objections.request,
    objections.claimed_value,
    objections.claimed_state,
    objections.submitted_at,
    case
        when rulings.decision_code is null then 'open'
        when rulings.decision_status in ('in_effect', 'replaced') then 'upheld'
        when rulings.decision_status = 'rejected' then 'rejected'
        else 'decided_without_effect'
    end as objection_status,
    rulings.decision_code,
    rulings.decision_status,
    rulings.decided_at,
    rulings.found_value,
    rulings.found_state,
    rulings.value,
    rulings.state,
    objections.reason as objection_reason,
    rulings.reason as decision_reason,
    objections.submitted_by,
    objections.evidence_url,
    objections.evidence_hash,
    objections.provenance,
    batches.file_name,
    objections.batch_id,
    objections.row_number
from objections
inner join batches
    on objections.batch_id = batches.batch_id
left join rulings
    on objections.objection_code = rulings.objection_code
order by
    objections.series_code,
    objections.assessment_year,
    objections.unit_code,
    objections.submitted_at,
    objections.objection_code,
    objections.batch_id,
    objections.row_number
