-- Fails with each accepted observation or event whose unit is not in the frame of its year, or whose year has no edition:
-- it would vanish without a word.
with input_rows as (

    select 'observation' as source, series_code, assessment_year, unit_code, batch_id, row_number
    from {{ ref('stg_observation') }}

    union all

    select 'opinion_event' as source, series_code, assessment_year, unit_code, batch_id, row_number
    from {{ ref('stg_opinion_event') }}

)

select input_rows.*
from input_rows
left join {{ ref('stg_assessment_frame') }} as frames
    on input_rows.series_code = frames.series_code
    and input_rows.assessment_year = frames.assessment_year
    and input_rows.unit_code = frames.unit_code
left join {{ ref('stg_edition') }} as editions
    on input_rows.series_code = editions.series_code
    and input_rows.assessment_year = editions.assessment_year
where frames.unit_code is null
    or editions.assessment_year is null
