{{ config(materialized="by_edition") }}

with groups as (

    select * from {{ ref('int_peer_group') }}

),

rules as (

    select * from {{ ref('stg_peer_rule') }}

),

scores as (

    select * from {{ ref('fct_unit_score') }}

),

members as (

    select
        scores.series_code,
        scores.assessment_year,
        scores.methodology_code,
        groups.peer_rule_code,
        groups.group_code,
        groups.group_name_zh,
        groups.group_name_en,
        groups.attribute_as_of,
        scores.unit_code,
        scores.unit_name_zh,
        scores.unit_name_en,
        scores.score,
        scores.published_score,
        scores.rank_overall
    from groups
    inner join scores
        on groups.series_code = scores.series_code
        and groups.assessment_year = scores.assessment_year
        and groups.unit_code = scores.unit_code

),

group_means as (

    select
        series_code,
        assessment_year,
        methodology_code,
        peer_rule_code,
        group_code,
        count(*) as unit_count,
        count(score) as scored_unit_count,
        count(rank_overall) as ranked_unit_count,
        {{ mean_of('score') }} as mean_of_group,
        max(score) as best_score
    from members
    group by series_code, assessment_year, methodology_code, peer_rule_code, group_code

)

select
    members.series_code,
    members.assessment_year,
    members.methodology_code,
    members.peer_rule_code,
    rules.name_zh as peer_rule_name_zh,
    rules.name_en as peer_rule_name_en,
    members.group_code,
    members.group_name_zh,
    members.group_name_en,
    members.unit_code,
    members.unit_name_zh,
    members.unit_name_en,
    members.score,
    members.published_score,
    -- By the rank among all, so that the order is that of the edition's own ranking, ties and policy included.
    cast(
        case when members.rank_overall is not null then rank() over (
            partition by
                members.series_code, members.assessment_year, members.methodology_code, members.peer_rule_code,
                members.group_code
            order by members.rank_overall nulls last
        ) end as integer
    ) as rank_in_group,
    cast(group_means.ranked_unit_count as integer) as ranked_unit_count,
    cast(group_means.scored_unit_count as integer) as scored_unit_count,
    cast(group_means.unit_count as integer) as unit_count,
    group_means.mean_of_group,
    cast(members.score - group_means.mean_of_group as decimal(18, 10)) as gap_to_mean_of_group,
    group_means.best_score as best_score_of_group,
    cast(group_means.best_score - members.score as decimal(18, 10)) as gap_to_best_of_group,
    members.attribute_as_of
from members
inner join group_means
    on members.series_code = group_means.series_code
    and members.assessment_year = group_means.assessment_year
    and members.methodology_code = group_means.methodology_code
    and members.peer_rule_code = group_means.peer_rule_code
    and members.group_code = group_means.group_code
inner join rules
    on members.series_code = rules.series_code
    and members.peer_rule_code = rules.peer_rule_code
order by
    members.series_code,
    members.assessment_year,
    members.methodology_code,
    rules.position,
    members.peer_rule_code,
    members.group_code,
    rank_in_group nulls last,
    members.unit_code
