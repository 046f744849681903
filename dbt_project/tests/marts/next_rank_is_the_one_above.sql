-- Fails with each ranked unit whose next rank is not that of the nearest better unit of the nation, or that would not
-- draw level with it.
{{ config(meta={"by_edition": true}) }}

with ranking as (

    select * from {{ ref('unit_ranking') }}

),

roots as (

    select
        series_code,
        assessment_year,
        region_code
    from {{ ref('dim_region') }}
    where parent_region_code is null

),

national as (

    select ranking.*
    from ranking
    inner join roots
        on ranking.series_code = roots.series_code
        and ranking.assessment_year = roots.assessment_year
        and ranking.region_code = roots.region_code

),

next_ranks as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_rank,
        lag(unit_rank) over (
            partition by series_code, assessment_year, methodology_code order by unit_rank
        ) as next_rank
    from (select distinct series_code, assessment_year, methodology_code, unit_rank from national) as ranks

)

select
    national.series_code,
    national.assessment_year,
    national.methodology_code,
    national.unit_code,
    next_ranks.next_rank as expected_rank,
    points.next_rank
from national
inner join next_ranks
    on national.series_code = next_ranks.series_code
    and national.assessment_year = next_ranks.assessment_year
    and national.methodology_code = next_ranks.methodology_code
    and national.unit_rank = next_ranks.unit_rank
left join {{ ref('points_to_next') }} as points
    on national.series_code = points.series_code
    and national.assessment_year = points.assessment_year
    and national.methodology_code = points.methodology_code
    and national.unit_code = points.unit_code
where points.unit_code is null
    or points.next_rank is distinct from next_ranks.next_rank
    or points.points_to_next_rank <= 0
    or (points.next_rank is null) is distinct from (points.points_to_next_rank is null)
