with source as (

    select * from {{ ref('variant') }}

)

select
    variant_code,
    series_code,
    methodology_code,
    cast(position as integer) as position,
    editions,
    coalesce(cast(is_published as boolean), false) as is_published,
    name_zh,
    name_en,
    cast(is_denominated as boolean) as is_denominated,
    imputation,
    group_scheme,
    cast(min_available_share as double) as min_available_share,
    cast(min_nonzero_share as double) as min_nonzero_share,
    cast(winsorised_points as integer) as winsorised_points,
    cast(skew_threshold as double) as skew_threshold,
    cast(kurtosis_threshold as double) as kurtosis_threshold,
    cast(is_winsorisation_forced as boolean) as is_winsorisation_forced,
    transformation,
    cast(box_cox_lambda as double) as box_cox_lambda,
    cast(is_transformation_combined as boolean) as is_transformation_combined,
    scope,
    normalisation,
    cast(lower as double) as lower,
    cast(upper as double) as upper,
    cast(is_capped as boolean) as is_capped,
    reference_unit_code,
    weight_set_code,
    aggregation,
    cast(power as double) as power,
    cast(min_child_share as double) as min_child_share,
    origin,
    origin_note
from source
