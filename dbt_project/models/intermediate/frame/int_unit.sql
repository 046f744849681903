with frames as (

    select * from {{ ref('stg_assessment_frame') }}

),

regions as (

    select * from {{ ref('int_region') }}

),

succession as (

    select * from {{ ref('int_unit_succession') }}

)

select
    frames.series_code,
    frames.assessment_year,
    frames.unit_code,
    frames.name_zh,
    frames.name_en,
    frames.unit_type,
    frames.region_code,
    frames.is_included,
    frames.exclusion_reason_zh,
    frames.exclusion_reason_en,
    frames.exclusion_origin,
    succession.previous_unit_code
from frames
inner join regions
    on frames.series_code = regions.series_code
    and frames.assessment_year = regions.assessment_year
    and frames.region_code = regions.region_code
left join succession
    on frames.series_code = succession.series_code
    and frames.assessment_year = succession.assessment_year
    and frames.unit_code = succession.unit_code
