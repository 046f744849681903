-- Fails with each mart of scores that does not hold, for an edition and a methodology of its series, exactly the rows that
-- must be there: every included unit of the frame as a whole, by dimension, by indicator, and by measure that is scored
-- other than by events. It tells how many there are and how many are asked for, and one unit of those that are amiss.
{{ config(tags=['release_gate'], meta={'gate': 'expected_counts', 'by_edition': true}) }}

with included_units as (

    select
        frames.series_code,
        frames.assessment_year,
        methodologies.methodology_code,
        frames.unit_code
    from {{ ref('int_edition') }} as editions
    inner join {{ ref('stg_assessment_frame') }} as frames
        on editions.series_code = frames.series_code
        and editions.assessment_year = frames.assessment_year
        and frames.is_included
    inner join {{ ref('int_edition_methodology') }} as methodologies
        on editions.series_code = methodologies.series_code
        and editions.assessment_year = methodologies.assessment_year

),

parts as (

    select 'fct_measure_score' as table_name, methodology_code, measure_code as part_code
    from {{ ref('int_methodology_rule') }}
    where rule_family <> 'event'

    union all

    select
        case node_level
            when 0 then 'fct_unit_score'
            when 1 then 'fct_dimension_score'
            else 'fct_indicator_score'
        end as table_name,
        methodology_code,
        case when node_level = 0 then 'composite' else node_code end as part_code
    from {{ ref('dim_indicator') }}

),

expected as (

    select included_units.*, parts.table_name, parts.part_code, true as is_expected
    from included_units
    inner join parts
        on included_units.methodology_code = parts.methodology_code

),

found as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        'fct_unit_score' as table_name,
        'composite' as part_code,
        true as is_found
    from {{ ref('fct_unit_score') }}

    union all

    select series_code, assessment_year, methodology_code, unit_code, 'fct_dimension_score', node_code, true
    from {{ ref('fct_dimension_score') }}

    union all

    select series_code, assessment_year, methodology_code, unit_code, 'fct_indicator_score', node_code, true
    from {{ ref('fct_indicator_score') }}

    union all

    select series_code, assessment_year, methodology_code, unit_code, 'fct_measure_score', measure_code, true
    from {{ ref('fct_measure_score') }}

)

select
    series_code,
    assessment_year,
    methodology_code,
    table_name,
    count(is_found) as row_count,
    count(is_expected) as expected_row_count,
    min(case when is_found is null or is_expected is null then unit_code end) as unit_code
from expected
full outer join found
    using (series_code, assessment_year, methodology_code, unit_code, table_name, part_code)
group by series_code, assessment_year, methodology_code, table_name
having count(*) > count(is_found) or count(*) > count(is_expected)
order by series_code, assessment_year, methodology_code, table_name
