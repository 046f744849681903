with denominated as (

    select * from {{ ref('int_variant_denominated') }}

),

imputed as (

    select
        variant_code,
        assessment_year,
        unit_code,
        count(*) as imputed_count
    from {{ ref('int_variant_imputed') }}
    where is_imputed
    group by variant_code, assessment_year, unit_code

),

variants as (

    select * from {{ ref('int_variant_edition') }}

),

counts as (

    select
        series_code,
        assessment_year,
        variant_code,
        unit_code,
        count(*) as measure_count,
        sum(case when value is not null or is_absent then 1 else 0 end) as available_count,
        sum(case when value <> 0 then 1 else 0 end) as nonzero_count
    from denominated
    group by series_code, assessment_year, variant_code, unit_code

),

-- What is imputed does not count as available: a unit is screened by what was found.
shares as (

    select
        counts.*,
        coalesce(imputed.imputed_count, 0) as imputed_count,
        cast(counts.available_count as double) / counts.measure_count as available_share,
        cast(counts.nonzero_count as double) / nullif(counts.available_count, 0) as nonzero_share
    from counts
    left join imputed
        on counts.variant_code = imputed.variant_code
        and counts.assessment_year = imputed.assessment_year
        and counts.unit_code = imputed.unit_code

)

select
    shares.series_code,
    shares.assessment_year,
    shares.variant_code,
    shares.unit_code,
    shares.measure_count,
    shares.available_count,
    shares.nonzero_count,
    shares.imputed_count,
    shares.available_share,
    shares.nonzero_share,
    shares.available_share >= coalesce(variants.min_available_share, 0)
    and coalesce(shares.nonzero_share, 0) >= coalesce(variants.min_nonzero_share, 0) as is_kept
from shares
inner join variants
    on shares.variant_code = variants.variant_code
    and shares.assessment_year = variants.assessment_year
