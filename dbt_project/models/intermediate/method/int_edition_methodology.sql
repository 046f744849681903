with links as (

    select * from {{ ref('stg_edition_methodology') }}

),

methodologies as (

    select * from {{ ref('stg_methodology') }}

)

-- Whatever joins a methodology to an edition does it here: no methodology scores an edition that does not name it.
select
    links.series_code,
    links.assessment_year,
    links.methodology_code,
    methodologies.methodology_version,
    methodologies.tree_code,
    methodologies.min_ranked_coverage,
    methodologies.origin as methodology_origin,
    links.purpose,
    links.is_primary
from links
inner join methodologies
    on links.series_code = methodologies.series_code
    and links.methodology_code = methodologies.methodology_code
