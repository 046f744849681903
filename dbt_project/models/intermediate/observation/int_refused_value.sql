{{ config(materialized="view") }}

-- Impossible values and events, under the name of the rule that refused them.
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
left join {{ ref('stg_measure') }} as measures
    using (measure_code)
where rows.rule in (
    'value_above_upper_bound', 'value_below_lower_bound', 'event_date_outside_year', 'responsibility_missing',
    'responsibility_unknown'
)
