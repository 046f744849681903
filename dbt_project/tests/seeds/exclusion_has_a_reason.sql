-- Fails for every unit that is left out without a reason (in one language at the least) and its origin, and for a reason
-- beside a unit that is included.
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
where (is_included = '1') = (coalesce(exclusion_reason_zh, exclusion_reason_en) is not null)
    or (is_included = '1') = (exclusion_origin is not null)
