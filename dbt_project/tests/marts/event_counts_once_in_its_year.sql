-- Fails with each event that counts in another year than the one it happened in, and with each cluster of reports about
-- an assessed unit that is not exactly one event under every methodology with event rules.
with clusters as (

    select distinct
        reports.series_code,
        reports.event_assessment_year as assessment_year,
        methodologies.methodology_code,
        reports.event_unit_code as unit_code,
        reports.cluster_code
    from {{ ref('int_event_cluster') }} as reports
    inner join {{ ref('int_unit') }} as units
        on reports.series_code = units.series_code
        and reports.event_assessment_year = units.assessment_year
        and reports.event_unit_code = units.unit_code
        and units.is_included
    inner join {{ ref('int_edition_methodology') }} as methodologies
        on reports.series_code = methodologies.series_code
            and reports.event_assessment_year = methodologies.assessment_year
    where methodologies.methodology_code in (
            select rules.methodology_code
            from {{ ref('int_methodology_rule') }} as rules
            where rules.rule_family = 'event'
        )

),

events as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        cluster_code,
        count(*) as event_count,
        count(node_code) as node_count,
        count(points) as scored_count,
        sum(case when extract(year from event_date) = assessment_year then 0 else 1 end) as other_year_count
    from {{ ref('opinion_event') }}
    group by series_code, assessment_year, methodology_code, unit_code, cluster_code

)

select
    coalesce(clusters.series_code, events.series_code) as series_code,
    coalesce(clusters.assessment_year, events.assessment_year) as assessment_year,
    coalesce(clusters.methodology_code, events.methodology_code) as methodology_code,
    coalesce(clusters.unit_code, events.unit_code) as unit_code,
    coalesce(clusters.cluster_code, events.cluster_code) as cluster_code,
    events.event_count,
    events.node_count,
    events.scored_count,
    events.other_year_count
from clusters
full outer join events
    on clusters.series_code = events.series_code
    and clusters.assessment_year = events.assessment_year
    and clusters.methodology_code = events.methodology_code
    and clusters.unit_code = events.unit_code
    and clusters.cluster_code = events.cluster_code
where clusters.cluster_code is null
    or events.event_count is distinct from 1
    or events.node_count is distinct from 1
    or events.scored_count is distinct from 1
    or events.other_year_count is distinct from 0
