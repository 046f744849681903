-- Fails, and says why, for every edition without exactly one primary methodology, and for every link of an edition to a
-- methodology that cannot be: an unknown edition, a methodology of another series, a primary one that is not official or an
-- official one that is not primary.
with editions as (

    select * from {{ ref('edition') }}

),

links as (

    select * from {{ ref('edition_methodology') }}

),

methodologies as (

    select * from {{ ref('methodology') }}

),

faulty_links as (

    select
        links.series_code,
        links.assessment_year,
        links.methodology_code,
        case
            when editions.series_code is null then 'there is no such edition in edition.csv'
            when methodologies.series_code is distinct from links.series_code
                then 'the methodology is unknown or belongs to another series'
            when links.is_primary = '1' and links.purpose <> 'official'
                then 'the primary methodology of an edition is official: a backcast or a profile never is its score'
            when links.is_primary <> '1' and links.purpose = 'official'
                then 'an official methodology is the primary one; a second one is a profile or a backcast'
        end as problem
    from links
    left join editions
        on links.series_code = editions.series_code
        and links.assessment_year = editions.assessment_year
    left join methodologies
        on links.methodology_code = methodologies.methodology_code

),

counted_editions as (

    select
        editions.series_code,
        editions.assessment_year,
        sum(case when links.is_primary = '1' then 1 else 0 end) as primary_count
    from editions
    left join links
        on editions.series_code = links.series_code
        and editions.assessment_year = links.assessment_year
    group by editions.series_code, editions.assessment_year

)

select series_code, assessment_year, methodology_code, problem
from faulty_links
where problem is not null

union all

select
    series_code,
    assessment_year,
    null as methodology_code,
    'the edition has ' || cast(primary_count as varchar) || ' primary methodologies in edition_methodology.csv, not one'
    as problem
from counted_editions
where primary_count <> 1
