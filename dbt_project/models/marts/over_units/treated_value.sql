with treated as (

    select * from {{ ref('int_variant_treated') }}
    where treatment is not null

),

treatments as (

    select * from {{ ref('int_variant_treatment') }}

),

measures as (

    select * from {{ ref('stg_measure') }}

)

select
    treated.series_code,
    treated.assessment_year,
    treated.variant_code,
    treated.unit_code,
    treated.measure_code,
    measures.name_zh as measure_name_zh,
    measures.name_en as measure_name_en,
    treated.value_before,
    treated.value as value_after,
    treated.treatment,
    cast(treatments.pulled_in_count as integer) as pulled_in_count,
    {{ published_double('treatments.skew_before') }} as skew_before,
    {{ published_double('treatments.kurtosis_before') }} as kurtosis_before,
    {{ published_double('treatments.skew_winsorised') }} as skew_winsorised,
    {{ published_double('treatments.kurtosis_winsorised') }} as kurtosis_winsorised
from treated
inner join treatments
    on treated.variant_code = treatments.variant_code
    and treated.scope_code = treatments.scope_code
    and treated.measure_code = treatments.measure_code
inner join measures
    on treated.measure_code = measures.measure_code
