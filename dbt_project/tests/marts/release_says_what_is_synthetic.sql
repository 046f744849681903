-- Fails with each edition and methodology whose release_info is missing, calls data real although a synthetic row lies
-- under it, calls it synthetic although none or not all of it is, or says so in one language only.
with input_rows as (

    select series_code, assessment_year, provenance from {{ ref('stg_observation') }}

    union all

    select series_code, assessment_year, provenance from {{ ref('stg_opinion_event') }}

    union all

    select series_code, assessment_year, provenance from {{ ref('stg_verification') }}

    union all

    select series_code, assessment_year, provenance from {{ ref('stg_objection') }}

    union all

    select series_code, assessment_year, provenance from {{ ref('stg_decision') }}
    {% if env_var('ZHENGXIN_EVIDENCE', '0') == '1' %}

    union all

    select series_code, assessment_year, provenance from {{ ref('int_derived_observation') }}
    {% endif %}

),

inputs as (

    select
        series_code,
        assessment_year,
        count(*) as input_row_count,
        count(*) filter (where provenance = 'synthetic') as synthetic_row_count
    from input_rows
    group by series_code, assessment_year

),

expected as (

    select
        inputs.*,
        methodologies.methodology_code
    from inputs
    inner join {{ ref('int_edition_methodology') }} as methodologies
        on inputs.series_code = methodologies.series_code
            and inputs.assessment_year = methodologies.assessment_year
    inner join {{ ref('int_edition') }} as editions
        on inputs.series_code = editions.series_code
        and inputs.assessment_year = editions.assessment_year

),

releases as (

    select * from {{ ref('release_info') }}

)

select
    expected.series_code,
    expected.assessment_year,
    expected.methodology_code,
    releases.data_kind,
    releases.data_kind_zh,
    expected.input_row_count,
    expected.synthetic_row_count
from expected
left join releases
    on expected.series_code = releases.series_code
    and expected.assessment_year = releases.assessment_year
    and expected.methodology_code = releases.methodology_code
where releases.input_row_count is distinct from expected.input_row_count
    or releases.synthetic_row_count is distinct from expected.synthetic_row_count
    or releases.data_kind is distinct from case
        when expected.synthetic_row_count = 0 then 'real'
        when expected.synthetic_row_count = expected.input_row_count then 'synthetic'
        else 'partly_synthetic'
    end
    or (releases.data_kind_zh like '%合成%') is distinct from (expected.synthetic_row_count > 0)
