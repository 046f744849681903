with source as (

    select * from {{ ref('measure') }}

)

select
    measure_code,
    series_code,
    {{ in_both_languages('name') }},
    measurement_unit,
    value_kind,
    cast(lower_bound as decimal(20, 9)) as lower_bound,
    cast(upper_bound as decimal(20, 9)) as upper_bound,
    cast(is_whole_number as boolean) as is_whole_number,
    direction,
    funnel_earlier_measure_code,
    collection_channel,
    origin,
    origin_note
from source
