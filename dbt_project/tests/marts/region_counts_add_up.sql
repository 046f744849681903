-- Fails with each region whose units are not those of its sub-regions plus those directly below it, and with each edition
-- whose root does not hold all units of the frame.
{{ config(tags=['release_gate'], meta={'gate': 'parts_equal_wholes'}) }}

with regions as (

    select * from {{ ref('dim_region') }}

),

units as (

    select * from {{ ref('dim_unit') }}

),

parts as (

    select series_code, assessment_year, parent_region_code as region_code, frame_unit_count, unit_count
    from regions
    where parent_region_code is not null

    union all

    select
        series_code,
        assessment_year,
        region_code,
        1 as frame_unit_count,
        case when is_included then 1 else 0 end as unit_count
    from units

),

part_sums as (

    select
        series_code,
        assessment_year,
        region_code,
        sum(frame_unit_count) as frame_unit_count,
        sum(unit_count) as unit_count
    from parts
    group by series_code, assessment_year, region_code

),

frames as (

    select
        frames.series_code,
        frames.assessment_year,
        count(*) as frame_unit_count,
        sum(case when frames.is_included then 1 else 0 end) as unit_count
    from {{ ref('int_unit') }} as frames
    group by frames.series_code, frames.assessment_year

)

select
    'parts of the region' as compared_with,
    regions.series_code,
    regions.assessment_year,
    regions.region_code,
    regions.frame_unit_count,
    coalesce(part_sums.frame_unit_count, 0) as expected_frame_unit_count,
    regions.unit_count,
    coalesce(part_sums.unit_count, 0) as expected_unit_count
from regions
left join part_sums
    on regions.series_code = part_sums.series_code
    and regions.assessment_year = part_sums.assessment_year
    and regions.region_code = part_sums.region_code
where regions.frame_unit_count is distinct from coalesce(part_sums.frame_unit_count, 0)
    or regions.unit_count is distinct from coalesce(part_sums.unit_count, 0)

union all

select
    'frame of the edition' as compared_with,
    frames.series_code,
    frames.assessment_year,
    regions.region_code,
    regions.frame_unit_count,
    frames.frame_unit_count as expected_frame_unit_count,
    regions.unit_count,
    frames.unit_count as expected_unit_count
from frames
left join regions
    on frames.series_code = regions.series_code
    and frames.assessment_year = regions.assessment_year
    and regions.parent_region_code is null
where regions.frame_unit_count is distinct from frames.frame_unit_count
    or regions.unit_count is distinct from frames.unit_count
