with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

intervals as (

    select
        subject_code,
        unit_code,
        unnest(scopes, max_depth := 2)
    from {{ ref('int_unit_draw') }}

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    subjects.is_default as is_default_scenario,
    intervals.scope_kind,
    intervals.scope_code,
    intervals.unit_code,
    intervals.ranked_unit_count,
    intervals.nominal_rank,
    intervals.overlapping_count,
    cast(intervals.overlapping_count as double) / nullif(intervals.ranked_unit_count - 1, 0) as overlapping_share,
    intervals.band_first_rank,
    intervals.band_last_rank
from intervals
inner join subjects
    on intervals.subject_code = subjects.subject_code
