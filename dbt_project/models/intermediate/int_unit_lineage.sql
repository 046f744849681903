with recursive units as (

    select * from {{ ref('int_unit') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

lineages as (

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        units.unit_code || '@' || cast(units.assessment_year as varchar) as lineage_code
    from units
    where units.previous_unit_code is null

    union all

    select
        units.series_code,
        units.assessment_year,
        units.unit_code,
        lineages.lineage_code
    from lineages
    inner join editions
        on lineages.series_code = editions.series_code
        and lineages.assessment_year = editions.previous_assessment_year
    inner join units
        on editions.series_code = units.series_code
        and editions.assessment_year = units.assessment_year
        and lineages.unit_code = units.previous_unit_code

)

select
    series_code,
    assessment_year,
    unit_code,
    lineage_code
from lineages
