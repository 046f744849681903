-- Fails with each unit whose rank within its peer group is not 1 + the number of ranked units of the group that stand above
-- it in the ranking of all, and with each group of the nation that does not repeat that ranking.
{{ config(meta={"by_edition": true}) }}

with ranked as (

    select
        peers.*,
        scores.rank_overall
    from {{ ref('peer_ranking') }} as peers
    inner join {{ ref('fct_unit_score') }} as scores
        on peers.series_code = scores.series_code
        and peers.assessment_year = scores.assessment_year
        and peers.methodology_code = scores.methodology_code
        and peers.unit_code = scores.unit_code

),

-- Units of one rank stand together; the ranked ones above them are counted.
rank_sizes as (

    select
        series_code,
        assessment_year,
        methodology_code,
        peer_rule_code,
        group_code,
        rank_overall,
        count(*) as unit_count
    from ranked
    where rank_overall is not null
    group by series_code, assessment_year, methodology_code, peer_rule_code, group_code, rank_overall

),

expected_ranks as (

    select
        *,
        1 + coalesce(
            sum(unit_count) over (
                partition by series_code, assessment_year, methodology_code, peer_rule_code, group_code
                order by rank_overall
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as expected_rank
    from rank_sizes

)

select
    ranked.series_code,
    ranked.assessment_year,
    ranked.methodology_code,
    ranked.peer_rule_code,
    ranked.group_code,
    ranked.unit_code,
    ranked.rank_in_group,
    expected_ranks.expected_rank
from ranked
left join expected_ranks
    on ranked.series_code = expected_ranks.series_code
    and ranked.assessment_year = expected_ranks.assessment_year
    and ranked.methodology_code = expected_ranks.methodology_code
    and ranked.peer_rule_code = expected_ranks.peer_rule_code
    and ranked.group_code = expected_ranks.group_code
    and ranked.rank_overall = expected_ranks.rank_overall
where ranked.rank_in_group is distinct from expected_ranks.expected_rank
    or (ranked.peer_rule_code = 'nation' and ranked.rank_in_group is distinct from ranked.rank_overall)
