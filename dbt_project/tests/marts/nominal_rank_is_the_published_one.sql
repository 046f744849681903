-- Fails with each unit whose nominal rank is not the published one, or whose score in the draw that varies nothing is not
-- the published score. The nodes of a published score are rounded to 10 decimals one by one, those of a draw at the end.
with subjects as (

    select * from {{ ref('int_scenario_subject') }}
    where nominal_variant_code is null

),

intervals as (

    select
        subject_code,
        unit_code,
        unnest(scopes, max_depth := 2)
    from {{ ref('int_unit_draw') }}

),

published_ranks as (

    select
        series_code,
        assessment_year,
        methodology_code,
        region_level as scope_kind,
        region_code as scope_code,
        unit_code,
        unit_rank
    from {{ ref('int_unit_rank') }}

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        peer_rule_code as scope_kind,
        group_code as scope_code,
        unit_code,
        rank_in_group as unit_rank
    from {{ ref('peer_ranking') }}
    where peer_rule_code not in (select region_level from {{ ref('int_unit_rank') }})

),

published_scores as (

    select * from {{ ref('int_unit_score') }}

),

drawn_scores as (

    select * from {{ ref('int_unit_draw') }}

)

select
    subjects.scenario_code,
    subjects.assessment_year,
    subjects.methodology_code,
    intervals.scope_code,
    intervals.unit_code,
    cast(intervals.nominal_rank as varchar) as drawn,
    cast(published_ranks.unit_rank as varchar) as published
from intervals
inner join subjects
    on intervals.subject_code = subjects.subject_code
left join published_ranks
    on subjects.series_code = published_ranks.series_code
    and subjects.assessment_year = published_ranks.assessment_year
    and subjects.methodology_code = published_ranks.methodology_code
    and intervals.scope_kind = published_ranks.scope_kind
    and intervals.scope_code = published_ranks.scope_code
    and intervals.unit_code = published_ranks.unit_code
where intervals.nominal_rank is distinct from published_ranks.unit_rank

union all

select
    subjects.scenario_code,
    subjects.assessment_year,
    subjects.methodology_code,
    null as scope_code,
    drawn_scores.unit_code,
    cast(drawn_scores.nominal_draw_score as varchar) as drawn,
    cast(published_scores.unrounded_score as varchar) as published
from drawn_scores
inner join subjects
    on drawn_scores.subject_code = subjects.subject_code
inner join published_scores
    on subjects.series_code = published_scores.series_code
    and subjects.assessment_year = published_scores.assessment_year
    and subjects.methodology_code = published_scores.methodology_code
    and drawn_scores.unit_code = published_scores.unit_code
where published_scores.unrounded_score is not null
    and (
        drawn_scores.nominal_draw_score is null
        or abs(drawn_scores.nominal_draw_score - cast(published_scores.unrounded_score as double)) > 0.00000001
    )
