with units as (

    select * from {{ ref('int_variant_unit') }}

)

select
    series_code,
    assessment_year,
    variant_code,
    unit_code,
    cast(measure_count as integer) as measure_count,
    cast(available_count as integer) as available_count,
    cast(imputed_count as integer) as imputed_count,
    available_share,
    nonzero_share,
    cast(imputed_count as double) / measure_count as imputed_share,
    is_kept
from units
order by variant_code, assessment_year, unit_code
