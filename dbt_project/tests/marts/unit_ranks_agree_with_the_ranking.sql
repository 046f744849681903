-- Fails with each unit whose ranks in fct_unit_score are not those of unit_ranking, is ranked without a score, or has a
-- rank without being ranked (or the other way round), or a national one in an edition that lies within a province.
{{ config(meta={"by_edition": true}) }}

with units as (

    select * from {{ ref('fct_unit_score') }}

),

rankings as (

    select
        rankings.series_code,
        rankings.assessment_year,
        rankings.methodology_code,
        rankings.unit_code,
        max(case when regions.parent_region_code is null then rankings.unit_rank end) as rank_overall,
        max(case when regions.parent_region_code is null then rankings.ranked_unit_count end)
            as ranked_unit_count_overall,
        bool_or(
            regions.parent_region_code is null and rankings.region_level in ('province', 'prefecture')
        ) as is_within_a_province,
        max(case when rankings.region_level = 'province' then rankings.unit_rank end) as rank_in_province,
        max(case when rankings.region_level = 'prefecture' then rankings.unit_rank end) as rank_in_prefecture
    from {{ ref('unit_ranking') }} as rankings
    inner join {{ ref('dim_region') }} as regions
        on rankings.series_code = regions.series_code
        and rankings.assessment_year = regions.assessment_year
        and rankings.region_code = regions.region_code
    group by rankings.series_code, rankings.assessment_year, rankings.methodology_code, rankings.unit_code

)

select
    coalesce(units.series_code, rankings.series_code) as series_code,
    coalesce(units.assessment_year, rankings.assessment_year) as assessment_year,
    coalesce(units.methodology_code, rankings.methodology_code) as methodology_code,
    coalesce(units.unit_code, rankings.unit_code) as unit_code,
    units.score,
    units.is_ranked,
    units.rank_overall,
    rankings.rank_overall as ranking_rank_overall,
    units.rank_national
from units
full outer join rankings
    on units.series_code = rankings.series_code
    and units.assessment_year = rankings.assessment_year
    and units.methodology_code = rankings.methodology_code
    and units.unit_code = rankings.unit_code
where units.unit_code is null
    or units.is_ranked is distinct from (units.rank_overall is not null)
    or (units.is_ranked and units.score is null)
    or units.rank_overall is distinct from rankings.rank_overall
    or units.ranked_unit_count_overall is distinct from rankings.ranked_unit_count_overall
    or units.rank_national is distinct from case when not rankings.is_within_a_province then rankings.rank_overall end
    or units.ranked_unit_count_national
        is distinct from case when not rankings.is_within_a_province then rankings.ranked_unit_count_overall end
    or units.rank_in_province is distinct from rankings.rank_in_province
    or units.rank_in_prefecture is distinct from rankings.rank_in_prefecture
