-- Fails for every unit that is left out without a reason in both languages and its origin, for a reason beside a unit
-- that is included, and for an assumed reason that does not say that it is assumed.
with frames as (

    select * from {{ ref('assessment_frame') }}

)

select
    series_code,
    assessment_year,
    unit_code,
    is_included,
    exclusion_reason_zh,
    exclusion_reason_en,
    exclusion_origin
from frames
where (is_included = '1') = (exclusion_reason_zh is not null)
    or (is_included = '1') = (exclusion_reason_en is not null)
    or (is_included = '1') = (exclusion_origin is not null)
    or (
        exclusion_origin = 'assumed'
        and (exclusion_reason_en not like '%assumed by this project%' or exclusion_reason_zh not like '%本项目假设%')
    )
