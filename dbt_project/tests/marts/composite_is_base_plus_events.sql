-- Fails with each unit whose composite is not its base plus what stands outside the base (opinion events), between the
-- lowest and the full mark; where the root is no `sum`, composite and base are the same.
{{ config(meta={"by_edition": true}) }}

with units as (

    select * from {{ ref('fct_unit_score') }}

),

roots as (

    select * from {{ ref('dim_indicator') }}
    where node_level = 0

),

additions as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        sum(case when not is_base then score else 0 end) as addition
    from {{ ref('fct_dimension_score') }}
    group by series_code, assessment_year, methodology_code, unit_code

),

compared as (

    select
        units.series_code,
        units.assessment_year,
        units.methodology_code,
        units.unit_code,
        units.score,
        units.base_score,
        additions.addition,
        roots.min_mark,
        roots.full_mark,
        units.base_score + case when roots.aggregation = 'sum' then additions.addition else 0 end as expected_score
    from units
    inner join roots
        on units.methodology_code = roots.methodology_code
        and roots.rounding_mode = 'none'
    left join additions
        on units.series_code = additions.series_code
        and units.assessment_year = additions.assessment_year
        and units.methodology_code = additions.methodology_code
        and units.unit_code = additions.unit_code

)

select * from compared
where score is distinct from case
    when expected_score < min_mark then min_mark
    when expected_score > full_mark then full_mark
    else expected_score
end
