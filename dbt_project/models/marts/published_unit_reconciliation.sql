with published as (

    select * from {{ ref('stg_published_unit_score') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

scores as (

    select * from {{ ref('int_node_score') }}

),

series as (

    select * from {{ ref('stg_series') }}

),

compared as (

    select
        published.series_code,
        published.assessment_year,
        published.unit_code,
        published.node_code,
        published.published_value,
        published.published_rank,
        scores.score as computed_value,
        {{ published_score('scores.score', 'series.publication_digits') }} as computed_rounded
    from published
    inner join editions
        on published.series_code = editions.series_code
        and published.assessment_year = editions.assessment_year
    inner join series
        on published.series_code = series.series_code
    left join scores
        on published.series_code = scores.series_code
        and published.assessment_year = scores.assessment_year
        and editions.primary_methodology_code = scores.methodology_code
        and published.unit_code = scores.unit_code
        and published.node_code = scores.node_code

)

select
    series_code,
    assessment_year,
    unit_code,
    node_code,
    published_value,
    published_rank,
    computed_value,
    computed_rounded,
    coalesce(computed_rounded = published_value, false) as is_match
from compared
order by series_code, assessment_year, unit_code, node_code
