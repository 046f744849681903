with variants as (

    select * from {{ ref('stg_variant') }}

),

editions as (

    select
        editions.series_code,
        editions.assessment_year,
        editions.is_latest,
        links.methodology_code
    from {{ ref('int_edition') }} as editions
    inner join {{ ref('int_edition_methodology') }} as links
        on editions.series_code = links.series_code
        and editions.assessment_year = links.assessment_year

)

select
    variants.series_code,
    editions.assessment_year,
    variants.variant_code,
    variants.methodology_code,
    variants.is_published,
    case variants.scope when 'series' then 'series' else cast(editions.assessment_year as varchar) end as scope_code,
    variants.is_denominated,
    variants.imputation,
    variants.group_scheme,
    variants.min_available_share,
    variants.min_nonzero_share,
    variants.winsorised_points is not null as is_treated,
    variants.normalisation = 'stated' as is_stated,
    variants.reference_unit_code,
    variants.is_capped,
    variants.lower,
    variants.upper,
    variants.weight_set_code,
    variants.aggregation,
    variants.power,
    variants.min_child_share
from variants
inner join editions
    on variants.series_code = editions.series_code
    and variants.methodology_code = editions.methodology_code
where (variants.editions = 'all' or editions.is_latest)
    {% if env_var('ZHENGXIN_DRAW_COUNT', '500') | int == 0 %}
    and variants.is_published
    {% endif %}
