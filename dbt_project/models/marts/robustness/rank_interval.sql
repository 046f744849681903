with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

intervals as (

    select
        subject_code,
        unit_code,
        unnest(scopes, max_depth := 2)
    from {{ ref('int_unit_draw') }}

),

scopes as (

    select distinct
        target_code,
        scope_kind,
        scope_code,
        scope_name_zh,
        scope_name_en
    from {{ ref('int_scenario_scope') }}

),

grades as (

    select * from {{ ref('grade_share') }}
    where is_nominal_grade

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    subjects.is_default as is_default_scenario,
    intervals.scope_kind,
    intervals.scope_code,
    scopes.scope_name_zh,
    scopes.scope_name_en,
    intervals.unit_code,
    intervals.ranked_unit_count,
    intervals.nominal_rank,
    intervals.median_rank,
    intervals.lower_rank,
    intervals.upper_rank,
    -- The band as it is shown everywhere: in whole ranks, outwards.
    cast(floor(intervals.lower_rank) as integer) as lower_whole_rank,
    cast(ceil(intervals.upper_rank) as integer) as upper_whole_rank,
    intervals.upper_rank - intervals.lower_rank as rank_width,
    intervals.mean_rank,
    intervals.best_rank,
    intervals.worst_rank,
    intervals.share_in_top as share_in_top_100,
    grades.draw_share as share_keeping_grade,
    subjects.draw_count
from intervals
inner join subjects
    on intervals.subject_code = subjects.subject_code
inner join scopes
    on subjects.target_code = scopes.target_code
    and intervals.scope_kind = scopes.scope_kind
    and intervals.scope_code = scopes.scope_code
left join grades
    on subjects.series_code = grades.series_code
    and subjects.assessment_year = grades.assessment_year
    and subjects.methodology_code = grades.methodology_code
    and subjects.scenario_code = grades.scenario_code
    and intervals.unit_code = grades.unit_code
