{{ config(materialized="by_edition") }}

with observations as (

    select
        *,
        'observation' as source
    from {{ ref('stg_observation') }}
    {% if env_var('ZHENGXIN_EVIDENCE', '0') == '1' %}

    -- What a derived value has not, a row of a file among it, is empty.
    union all by name

    select
        *,
        'derivation' as source
    from {{ ref('int_derived_observation') }}
    {% endif %}

),

decisions as (

    select * from {{ ref('int_verification_decision') }}
    where subject = 'observation'

),

judged_observations as (

    select
        observations.*,
        decisions.verdict,
        not coalesce({{ is_after('observations.captured_at', 'decisions.verified_at') }}, true) as is_covered_by_decision,
        decisions.batch_id as verification_batch_id,
        decisions.row_number as verification_row_number
    from observations
    left join decisions
        on observations.series_code = decisions.series_code
        and observations.unit_code = decisions.unit_code
        and observations.assessment_year = decisions.assessment_year
        and observations.measure_code = decisions.measure_code

),

collected as (

    select
        series_code,
        unit_code,
        assessment_year,
        measure_code,
        value,
        state,
        channel,
        collection_mode,
        captured_at,
        evidence_url,
        evidence_hash,
        collector,
        provenance,
        batch_id,
        row_number,
        source,
        coalesce(verdict = 'reject' and is_covered_by_decision, false) as is_rejected,
        coalesce(verdict = 'confirm' and is_covered_by_decision, false) as is_confirmable,
        case when is_covered_by_decision then verification_batch_id end as verification_batch_id,
        case when is_covered_by_decision then verification_row_number end as verification_row_number
    from judged_observations

),

corrections as (

    select
        series_code,
        unit_code,
        assessment_year,
        measure_code,
        value,
        case when value is not null then 'observed' else state end as state,
        cast(null as varchar) as channel,
        cast(null as varchar) as collection_mode,
        verified_at as captured_at,
        evidence_url,
        evidence_hash,
        verifier as collector,
        provenance,
        batch_id,
        row_number,
        'verification' as source,
        false as is_rejected,
        false as is_confirmable,
        batch_id as verification_batch_id,
        row_number as verification_row_number
    from decisions
    where verdict = 'correct'

),

candidates as (

    select * from collected

    union all

    select * from corrections

)

select
    series_code,
    unit_code,
    assessment_year,
    measure_code,
    value,
    state,
    channel,
    collection_mode,
    captured_at,
    evidence_url,
    evidence_hash,
    collector,
    provenance,
    source,
    batch_id,
    row_number,
    verification_batch_id,
    verification_row_number,
    is_rejected,
    is_confirmable,
    row_number() over (
        partition by series_code, unit_code, assessment_year, measure_code
        order by
            is_rejected,
            case
                when source = 'verification' then 1
                when is_confirmable then 2
                when collection_mode = 'offline' then 3
                -- Too few records say less than anything that somebody has observed.
                when source = 'derivation' and state = 'not_collected' then 5
                else 4
            end,
            case when is_confirmable and collection_mode = 'offline' then 1 else 2 end,
            captured_at desc,
            value desc nulls last,
            state,
            channel,
            batch_id,
            candidates.row_number
    ) as precedence,
    count(*) over (
        partition by series_code, unit_code, assessment_year, measure_code
    ) as candidate_count
from candidates
