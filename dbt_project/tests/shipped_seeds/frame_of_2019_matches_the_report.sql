-- Fails unless the edition of 2019 includes what its report prints: 2,737 units in 30 provinces, Guizhou's 88 among
-- them, and leaves out the whole of Tibet. A project of other series has no such edition.
with frames as (

    select * from {{ ref('assessment_frame') }}
    where series_code = 'county_integrity'
        and assessment_year = 2019

),

counts as (

    select
        count(*) as unit_count,
        count(distinct substr(unit_code, 1, 2)) as province_count,
        sum(case when unit_code like '52%' then 1 else 0 end) as guizhou_count,
        sum(case when unit_code like '54%' then 1 else 0 end) as tibet_count
    from frames
    where is_included = '1'

)

select *
from counts
where (select count(*) from frames) > 0
    and (
        unit_count <> 2737
        or province_count <> 30
        or guizhou_count <> 88
        or tibet_count <> 0
    )
