-- Fails with each cell whose numbers do not follow from its status: a value and a normalised value where there is a
-- finding, 0 where nothing was published, neither where nobody knows; only a value takes marks off or fires a
-- veto, and it names the row that it came from (what records give has many). Against the other units (`relative`) a value may have no place.
{{ config(meta={"by_edition": true}) }}

with cells as (

    select
        *,
        status in ('observed', 'verified') as has_finding
    from {{ ref('fct_measure_score') }}

),

derived as (

    {% if env_var('ZHENGXIN_EVIDENCE', '0') == '1' %}
    select series_code, assessment_year, unit_code, measure_code
    from {{ ref('int_derived_observation') }}
    where state = 'observed'
    {% else %}
    select series_code, assessment_year, unit_code, measure_code
    from cells
    where false
    {% endif %}

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    measure_code,
    status,
    value,
    normalised_value,
    deduction,
    is_vetoed
from cells
where (value is not null) is distinct from has_finding
    or (normalised_value is not null and not has_finding and status <> 'not_published')
    or (normalised_value is null and (status = 'not_published' or (has_finding and rule_family <> 'relative')))
    or (status = 'not_published' and normalised_value is distinct from 0)
    or (not has_finding and (deduction is distinct from 0 or is_vetoed is distinct from false))
    or (
        has_finding
        and (batch_id is null or row_number is null)
        and (series_code, assessment_year, unit_code, measure_code) not in (
            select (series_code, assessment_year, unit_code, measure_code) from derived
        )
    )
