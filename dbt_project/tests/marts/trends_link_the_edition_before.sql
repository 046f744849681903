-- Fails with each trend row that does not compare with the edition directly before it: a unit with its own predecessor's
-- score and rank, a region with its own mean and rank there; nothing where that edition has none.
with editions as (

    select * from {{ ref('int_edition') }}

),

unit_trends as (

    select * from {{ ref('unit_trend') }}

),

units as (

    select * from {{ ref('dim_unit') }}

),

territories as (

    select * from {{ ref('dim_region') }}
    where parent_region_code is null

),

region_trends as (

    select * from {{ ref('region_trend') }}

)

select
    'unit' as subject,
    trends.series_code,
    trends.assessment_year,
    trends.methodology_code,
    trends.unit_code as subject_code,
    trends.node_code,
    trends.previous_assessment_year,
    trends.previous_score,
    previous.score as expected_previous_score
from unit_trends as trends
inner join editions
    on trends.series_code = editions.series_code
    and trends.assessment_year = editions.assessment_year
inner join units
    on trends.series_code = units.series_code
    and trends.assessment_year = units.assessment_year
    and trends.unit_code = units.unit_code
left join unit_trends as previous
    on trends.series_code = previous.series_code
    and editions.previous_assessment_year = previous.assessment_year
    and trends.methodology_code = previous.methodology_code
    and units.previous_unit_code = previous.unit_code
    and trends.node_code = previous.node_code
left join territories
    on trends.series_code = territories.series_code
    and trends.assessment_year = territories.assessment_year
left join territories as previous_territories
    on previous.series_code = previous_territories.series_code
    and previous.assessment_year = previous_territories.assessment_year
where trends.previous_assessment_year is distinct from previous.assessment_year
    or trends.previous_unit_code is distinct from previous.unit_code
    or trends.previous_score is distinct from previous.score
    or trends.change_from_previous is distinct from trends.score - previous.score
    or trends.previous_rank_national is distinct from previous.rank_national
    or trends.previous_rank_overall is distinct from previous.rank_overall
    or trends.rank_gain is distinct from case
        when territories.region_code = previous_territories.region_code
            then previous.rank_overall - trends.rank_overall
    end

union all

select
    'region' as subject,
    trends.series_code,
    trends.assessment_year,
    trends.methodology_code,
    trends.region_code as subject_code,
    trends.node_code,
    trends.previous_assessment_year,
    trends.previous_score,
    previous.score as expected_previous_score
from region_trends as trends
inner join editions
    on trends.series_code = editions.series_code
    and trends.assessment_year = editions.assessment_year
left join region_trends as previous
    on trends.series_code = previous.series_code
    and editions.previous_assessment_year = previous.assessment_year
    and trends.methodology_code = previous.methodology_code
    and trends.region_code = previous.region_code
    and trends.node_code = previous.node_code
left join territories
    on trends.series_code = territories.series_code
    and trends.assessment_year = territories.assessment_year
left join territories as previous_territories
    on previous.series_code = previous_territories.series_code
    and previous.assessment_year = previous_territories.assessment_year
where trends.previous_assessment_year is distinct from previous.assessment_year
    or trends.previous_score is distinct from previous.score
    or trends.change_from_previous is distinct from trends.score - previous.score
    or trends.previous_rank_in_level is distinct from previous.rank_in_level
    or trends.rank_gain is distinct from case
        when territories.region_code = previous_territories.region_code
            then previous.rank_in_level - trends.rank_in_level
    end
