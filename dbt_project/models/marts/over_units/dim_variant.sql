with variants as (

    select * from {{ ref('stg_variant') }}
    where series_code in (select series_code from {{ ref('int_edition') }})

)

select
    variant_code,
    series_code,
    methodology_code,
    name_zh as variant_name_zh,
    name_en as variant_name_en,
    normalisation,
    aggregation as variant_aggregation,
    weight_set_code,
    imputation,
    winsorised_points,
    transformation
from variants
order by variant_code
