with observations as (

    select * from {{ ref('int_observation_reconciled') }}
    where state = 'observed'

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
        later.*,
        'funnel_order' as suspicion,
        earlier.measure_code as compared_measure_code,
        earlier.value as compared_value
    from observations as later
    inner join {{ ref('stg_measure') }} as measures
        using (measure_code)
    inner join observations as earlier
        on later.series_code = earlier.series_code
        and later.assessment_year = earlier.assessment_year
        and later.unit_code = earlier.unit_code
        and measures.funnel_earlier_measure_code = earlier.measure_code
    where later.value > earlier.value

),

percentages as (

    select
        observations.*,
        'percentage_out_of_bounds' as suspicion,
        cast(null as varchar) as compared_measure_code,
        cast(null as decimal(20, 9)) as compared_value
    from observations
    inner join {{ ref('stg_measure') }} as measures
        using (measure_code)
    where measures.value_kind = 'percentage'
        and (observations.value < 0 or observations.value > 100)

),

-- From a positive value nothing falls by more than all of it.
falls as (

    select
        observations.*,
        'fall_over_100_percent' as suspicion,
        previous_observations.measure_code as compared_measure_code,
        previous_observations.value as compared_value
    from observations
    inner join {{ ref('int_edition') }} as editions
        using (series_code, assessment_year)
    inner join {{ ref('int_unit') }} as units
        using (series_code, assessment_year, unit_code)
    inner join observations as previous_observations
        on observations.series_code = previous_observations.series_code
        and editions.previous_assessment_year = previous_observations.assessment_year
        and units.previous_unit_code = previous_observations.unit_code
        and observations.measure_code = previous_observations.measure_code
    where observations.value < 0
        and previous_observations.value > 0

),

observed as (

    select * from funnels

    union all

    select * from percentages

    union all

    select * from falls

),

suspicions as (

    select
        series_code,
        assessment_year,
        unit_code,
        suspicion,
        measure_code as subject_code,
        value,
        compared_measure_code,
        compared_value,
        false as is_quarantined,
        batch_id,
        row_number,
        'suspicion_' || suspicion as message_code,
        cast(null as varchar) as message
    from observed

    union all

    select * from {{ ref('int_refused_value') }}

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
