with observations as (

    select * from {{ ref('int_observation_reconciled') }}

),

exact_values as (

    select * from {{ ref('stg_measured_value') }}
    where series_code in (select series_code from {{ ref('int_edition') }})

),

wanted_measures as (

    select measure_code from {{ ref('int_variant_measure') }}

    union

    select denominator_measure_code as measure_code from {{ ref('int_variant_measure') }}

)

select
    coalesce(exact_values.series_code, observations.series_code) as series_code,
    coalesce(exact_values.assessment_year, observations.assessment_year) as assessment_year,
    coalesce(exact_values.unit_code, observations.unit_code) as unit_code,
    coalesce(exact_values.measure_code, observations.measure_code) as measure_code,
    exact_values.value is null and observations.state = 'not_published' as is_absent,
    coalesce(exact_values.value, cast(observations.value as double)) as value
from observations
full outer join exact_values
    on observations.series_code = exact_values.series_code
    and observations.assessment_year = exact_values.assessment_year
    and observations.unit_code = exact_values.unit_code
    and observations.measure_code = exact_values.measure_code
where coalesce(exact_values.measure_code, observations.measure_code) in (select measure_code from wanted_measures)
