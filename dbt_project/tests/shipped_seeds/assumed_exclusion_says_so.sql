-- Fails for every unit that this project leaves out by an assumption of its own whose reason does not say so, in each
-- language.
with frames as (

    select * from {{ ref('assessment_frame') }}

)

select
    series_code,
    assessment_year,
    unit_code,
    exclusion_reason_zh,
    exclusion_reason_en
from frames
where exclusion_origin = 'assumed'
    and (
        coalesce(exclusion_reason_en, '') not like '%assumed by this project%'
        or coalesce(exclusion_reason_zh, '') not like '%本项目假设%'
    )
