with observations as (

    select * from {{ ref('int_observation_reconciled') }}
    where state = 'observed'

),

measures as (

    select * from {{ ref('stg_measure') }}

),

units as (

    select * from {{ ref('int_unit') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

batches as (

    select
        batch_id,
        min(file_name) as file_name
    from {{ ref('stg_batch') }}
    where is_effective
    group by batch_id

),

-- The stages of a funnel may come in different files, so the door alone cannot compare them.
funnels as (

    select
        later.series_code,
        later.assessment_year,
        later.unit_code,
        'funnel_order' as suspicion,
        later.measure_code as subject_code,
        later.value,
        earlier.measure_code as compared_measure_code,
        earlier.value as compared_value,
        false as is_quarantined,
        later.batch_id,
        later.row_number,
        'suspicion_funnel_order' as message_code,
        cast(null as varchar) as message
    from observations as later
    inner join measures
        on later.measure_code = measures.measure_code
    inner join observations as earlier
        on later.series_code = earlier.series_code
        and later.assessment_year = earlier.assessment_year
        and later.unit_code = earlier.unit_code
        and measures.funnel_earlier_measure_code = earlier.measure_code
    where later.value > earlier.value

),

percentages as (

    select
        observations.series_code,
        observations.assessment_year,
        observations.unit_code,
        'percentage_out_of_bounds' as suspicion,
        observations.measure_code as subject_code,
        observations.value,
        cast(null as varchar) as compared_measure_code,
        cast(null as decimal(20, 9)) as compared_value,
        false as is_quarantined,
        observations.batch_id,
        observations.row_number,
        'suspicion_percentage_out_of_bounds' as message_code,
        cast(null as varchar) as message
    from observations
    inner join measures
        on observations.measure_code = measures.measure_code
    where measures.value_kind = 'percentage'
        and (observations.value < 0 or observations.value > 100)

),

-- From a positive value nothing falls by more than all of it.
falls as (

    select
        observations.series_code,
        observations.assessment_year,
        observations.unit_code,
        'fall_over_100_percent' as suspicion,
        observations.measure_code as subject_code,
        observations.value,
        previous_observations.measure_code as compared_measure_code,
        previous_observations.value as compared_value,
        false as is_quarantined,
        observations.batch_id,
        observations.row_number,
        'suspicion_fall_over_100_percent' as message_code,
        cast(null as varchar) as message
    from observations
    inner join editions
        on observations.series_code = editions.series_code
        and observations.assessment_year = editions.assessment_year
    inner join units
        on observations.series_code = units.series_code
        and observations.assessment_year = units.assessment_year
        and observations.unit_code = units.unit_code
    inner join observations as previous_observations
        on observations.series_code = previous_observations.series_code
        and editions.previous_assessment_year = previous_observations.assessment_year
        and units.previous_unit_code = previous_observations.unit_code
        and observations.measure_code = previous_observations.measure_code
    where observations.value < 0
        and previous_observations.value > 0

),

-- What the door refused as impossible, under the name of its rule.
refused as (

    select
        coalesce(measures.series_code, 'unknown') as series_code,
        coalesce(rows.assessment_year, 0) as assessment_year,
        coalesce(rows.unit_code, 'unknown') as unit_code,
        case
            when rows.rule in ('value_above_upper_bound', 'value_below_lower_bound')
                and measures.value_kind = 'percentage' then 'percentage_out_of_bounds'
            when rows.rule in ('value_above_upper_bound', 'value_below_lower_bound') then 'value_out_of_bounds'
            else rows.rule
        end as suspicion,
        coalesce(rows.measure_code, {{ json_text('rows.raw_payload', 'cluster_code') }}, 'unknown') as subject_code,
        try_cast({{ json_text('rows.raw_payload', 'value') }} as decimal(20, 9)) as value,
        cast(null as varchar) as compared_measure_code,
        cast(null as decimal(20, 9)) as compared_value,
        true as is_quarantined,
        rows.batch_id,
        rows.row_number,
        'suspicion_' || rows.rule as message_code,
        rows.message
    from {{ ref('stg_quarantined_row') }} as rows
    left join measures
        on rows.measure_code = measures.measure_code
    where rows.rule in (
        'value_above_upper_bound', 'value_below_lower_bound', 'event_date_outside_year', 'responsibility_missing',
        'responsibility_unknown'
    )

),

suspicions as (

    select * from funnels

    union all

    select * from percentages

    union all

    select * from falls

    union all

    select * from refused

)

{% set places = {
    'value': plain_number('suspicions.value'),
    'compared_value': plain_number('suspicions.compared_value'),
    'message': 'suspicions.message',
} %}

select
    suspicions.series_code,
    suspicions.assessment_year,
    suspicions.unit_code,
    suspicions.suspicion,
    suspicions.subject_code,
    suspicions.value,
    suspicions.compared_measure_code,
    suspicions.compared_value,
    suspicions.is_quarantined,
    {{ filled('messages.text_zh', places) }} as text_zh,
    {{ filled('messages.text_en', places) }} as text_en,
    batches.file_name,
    suspicions.batch_id,
    suspicions.row_number
from suspicions
inner join {{ ref('stg_message') }} as messages
    using (message_code)
left join batches
    using (batch_id)
order by
    suspicions.series_code,
    suspicions.assessment_year,
    suspicions.unit_code,
    suspicions.suspicion,
    suspicions.subject_code,
    suspicions.batch_id,
    suspicions.row_number
