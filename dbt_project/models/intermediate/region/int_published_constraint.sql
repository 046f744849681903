{{ config(materialized="view") }}

with statistics as (

    select * from {{ ref('int_region_statistic') }}

),

constraints as (

    select
        constraints.*
    from {{ ref('stg_published_constraint') }} as constraints
    inner join {{ ref('int_edition') }} as editions
        on constraints.series_code = editions.series_code
        and constraints.assessment_year = editions.assessment_year

),

root_regions as (

    select
        series_code,
        assessment_year,
        region_code
    from {{ ref('dim_region') }}
    where parent_region_code is null

),

constraint_terms as (

    select
        constraints.constraint_id,
        count(terms.term_number) as term_count,
        count(statistics.value) as computed_term_count,
        sum(terms.coefficient * statistics.value) as computed_value
    from constraints
    inner join root_regions
        on constraints.series_code = root_regions.series_code
        and constraints.assessment_year = root_regions.assessment_year
    inner join {{ ref('stg_published_constraint_term') }} as terms
        on constraints.constraint_id = terms.constraint_id
    left join statistics
        on constraints.series_code = statistics.series_code
        and constraints.assessment_year = statistics.assessment_year
        and coalesce(terms.region_code, root_regions.region_code) = statistics.region_code
        and terms.node_code is not distinct from statistics.node_code
        and terms.statistic = statistics.statistic
    group by constraints.constraint_id

)

-- A constraint of which a term is missing says nothing.
select
    constraints.*,
    case
        when constraint_terms.term_count = constraint_terms.computed_term_count then constraint_terms.computed_value
    end as computed_value
from constraints
left join constraint_terms
    on constraints.constraint_id = constraint_terms.constraint_id
