{{ config(materialized="by_edition") }}

with node_scores as (

    select * from {{ ref('int_node_score') }}
    where not is_event_only
        and score is not null

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

unit_regions as (

    select * from {{ ref('int_unit_region') }}

),

rules as (

    select * from {{ ref('stg_report_rule') }}
    where report_rule = 'ceiling'

),

counts as (

    select
        node_scores.series_code,
        node_scores.assessment_year,
        node_scores.methodology_code,
        unit_regions.region_code,
        unit_regions.region_level,
        node_scores.node_code,
        count(*) as scored_unit_count,
        sum(case when node_scores.score >= nodes.full_mark then 1 else 0 end) as full_mark_count
    from node_scores
    inner join nodes
        on node_scores.methodology_code = nodes.methodology_code
        and node_scores.node_code = nodes.node_code
    inner join unit_regions
        on node_scores.series_code = unit_regions.series_code
        and node_scores.assessment_year = unit_regions.assessment_year
        and node_scores.unit_code = unit_regions.unit_code
    group by
        node_scores.series_code,
        node_scores.assessment_year,
        node_scores.methodology_code,
        unit_regions.region_code,
        unit_regions.region_level,
        node_scores.node_code

)

select
    counts.series_code,
    counts.assessment_year,
    counts.methodology_code,
    counts.region_code,
    counts.region_level,
    counts.node_code,
    nodes.parent_node_code,
    nodes.depth as node_level,
    nodes.name_zh as node_name_zh,
    nodes.name_en as node_name_en,
    nodes.full_mark,
    cast(counts.scored_unit_count as integer) as scored_unit_count,
    cast(counts.full_mark_count as integer) as full_mark_count,
    {{ score_from_scaled(integer_quotient_half_up(
        'cast(counts.full_mark_count as hugeint) * 10000000000', 'cast(counts.scored_unit_count as hugeint)'
    )) }} as full_mark_share,
    counts.full_mark_count > rules.threshold * counts.scored_unit_count as is_ceiling
from counts
inner join nodes
    on counts.methodology_code = nodes.methodology_code
    and counts.node_code = nodes.node_code
cross join rules
order by
    counts.series_code,
    counts.assessment_year,
    counts.methodology_code,
    counts.region_code,
    nodes.sort_path
