with node_scores as (

    select * from {{ ref('int_node_score') }}
    where depth <= 1

),

editions as (

    select * from {{ ref('int_edition') }}

),

lineages as (

    select * from {{ ref('int_unit_lineage') }}

),

unit_scores as (

    select * from {{ ref('fct_unit_score') }}

),

territories as (

    select * from {{ ref('int_region') }}
    where is_root

),

lineage_scores as (

    select
        node_scores.series_code,
        node_scores.methodology_code,
        lineages.lineage_code,
        node_scores.unit_code,
        node_scores.node_code,
        node_scores.depth as node_level,
        node_scores.assessment_year,
        node_scores.score,
        unit_scores.coverage,
        unit_scores.is_ranked,
        case when node_scores.depth = 0 then unit_scores.rank_overall end as rank_overall,
        case when node_scores.depth = 0 then unit_scores.rank_national end as rank_national,
        territories.region_code as territory_code
    from node_scores
    inner join lineages
        on node_scores.series_code = lineages.series_code
        and node_scores.assessment_year = lineages.assessment_year
        and node_scores.unit_code = lineages.unit_code
    inner join unit_scores
        on node_scores.series_code = unit_scores.series_code
        and node_scores.assessment_year = unit_scores.assessment_year
        and node_scores.methodology_code = unit_scores.methodology_code
        and node_scores.unit_code = unit_scores.unit_code
    inner join territories
        on node_scores.series_code = territories.series_code
        and node_scores.assessment_year = territories.assessment_year

)

-- The edition before and the one before that, not the last one in which the unit happened to be assessed.
select
    scores.series_code,
    scores.methodology_code,
    scores.unit_code,
    scores.node_code,
    scores.assessment_year,
    scores.lineage_code,
    scores.node_level,
    scores.score,
    previous_scores.assessment_year as previous_assessment_year,
    previous_scores.unit_code as previous_unit_code,
    previous_scores.score as previous_score,
    cast(scores.score - previous_scores.score as decimal(18, 10)) as change_from_previous,
    first_scores.assessment_year as first_assessment_year,
    first_scores.score as first_score,
    cast(scores.score - first_scores.score as decimal(18, 10)) as three_year_change,
    {{ trend_direction('scores.score - first_scores.score') }} as three_year_direction,
    scores.rank_national,
    previous_scores.rank_national as previous_rank_national,
    scores.rank_overall,
    previous_scores.rank_overall as previous_rank_overall,
    -- A rank among others than before says nothing of a rise or fall.
    case
        when previous_scores.territory_code = scores.territory_code
            then previous_scores.rank_overall - scores.rank_overall
    end as rank_gain,
    first_scores.rank_national as first_rank_national,
    case
        when first_scores.territory_code = scores.territory_code then first_scores.rank_overall - scores.rank_overall
    end as three_year_rank_gain,
    scores.coverage,
    previous_scores.coverage as previous_coverage,
    first_scores.coverage as first_coverage,
    scores.is_ranked,
    previous_scores.is_ranked as previous_is_ranked,
    first_scores.is_ranked as first_is_ranked,
    -- Too little was collected at one of the ends: what moved may be what was looked at. Without an end, no answer.
    case
        when previous_scores.unit_code is not null then scores.is_ranked and previous_scores.is_ranked
    end as is_comparable_with_previous,
    case
        when first_scores.unit_code is not null then scores.is_ranked and first_scores.is_ranked
    end as is_comparable_over_three_years
from lineage_scores as scores
inner join editions
    on scores.series_code = editions.series_code
    and scores.assessment_year = editions.assessment_year
left join editions as previous_editions
    on editions.series_code = previous_editions.series_code
    and editions.previous_assessment_year = previous_editions.assessment_year
left join lineage_scores as previous_scores
    on scores.series_code = previous_scores.series_code
    and scores.methodology_code = previous_scores.methodology_code
    and scores.lineage_code = previous_scores.lineage_code
    and scores.node_code = previous_scores.node_code
    and editions.previous_assessment_year = previous_scores.assessment_year
left join lineage_scores as first_scores
    on scores.series_code = first_scores.series_code
    and scores.methodology_code = first_scores.methodology_code
    and scores.lineage_code = first_scores.lineage_code
    and scores.node_code = first_scores.node_code
    and previous_editions.previous_assessment_year = first_scores.assessment_year
order by
    scores.series_code,
    scores.methodology_code,
    scores.unit_code,
    scores.node_level,
    scores.node_code,
    scores.assessment_year
