{{ config(materialized="view") }}

{%- set places = {
    'median': 'cast(screens.median_value as varchar)',
    'previous': 'cast(screens.previous_value as varchar)',
    'deviation': 'cast(screens.standardised_mad as varchar)',
} %}

with screens as (

    select
        *,
        'outlier' as reason
    from {{ ref('int_observation_screen') }}
    where is_outside_fence

    union all

    select
        *,
        'year_on_year_jump' as reason
    from {{ ref('int_observation_screen') }}
    where is_year_on_year_jump

)

select
    screens.series_code,
    screens.assessment_year,
    screens.unit_code,
    screens.measure_code,
    screens.reason,
    {{ filled('messages.text_zh', places) }} as detail_zh,
    {{ filled('messages.text_en', places) }} as detail
from screens
inner join {{ ref('stg_message') }} as messages
    on 'verify_' || screens.reason = messages.message_code
