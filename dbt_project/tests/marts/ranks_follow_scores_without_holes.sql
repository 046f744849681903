-- Fails with each rank of a region that is not 1 plus the number of units above it (1-2-2-4), that a lower score holds than
-- the next rank does, or that exceeds the number of ranked units.
{{ config(meta={"by_edition": true}) }}

with ranks as (

    select
        series_code,
        assessment_year,
        methodology_code,
        region_code,
        unit_rank,
        count(*) as unit_count,
        min(score) as lowest_score,
        max(score) as highest_score,
        min(ranked_unit_count) as least_ranked_unit_count,
        max(ranked_unit_count) as ranked_unit_count
    from {{ ref('unit_ranking') }}
    group by series_code, assessment_year, methodology_code, region_code, unit_rank

),

compared as (

    select
        *,
        sum(unit_count) over region_ranks as units_down_to_here,
        sum(unit_count) over (
            partition by series_code, assessment_year, methodology_code, region_code
        ) as units_of_region,
        lead(highest_score) over region_ranks as score_below
    from ranks
    window region_ranks as (
        partition by series_code, assessment_year, methodology_code, region_code
        order by unit_rank
    )

)

select * from compared
where unit_rank is distinct from units_down_to_here - unit_count + 1
    or lowest_score < score_below
    or unit_rank > ranked_unit_count
    or ranked_unit_count is distinct from units_of_region
    or least_ranked_unit_count is distinct from units_of_region
