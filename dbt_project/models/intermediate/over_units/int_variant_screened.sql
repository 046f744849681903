{{ config(materialized="view") }}

select
    imputed.series_code,
    imputed.assessment_year,
    imputed.variant_code,
    imputed.scope_code,
    imputed.unit_code,
    imputed.measure_code,
    imputed.is_absent,
    imputed.is_imputed,
    imputed.value
from {{ ref('int_variant_imputed') }} as imputed
inner join {{ ref('int_variant_unit') }} as units
    on imputed.variant_code = units.variant_code
    and imputed.assessment_year = units.assessment_year
    and imputed.unit_code = units.unit_code
where units.is_kept
