{{ config(materialized="view") }}

with variants as (

    select * from {{ ref('int_variant_edition') }}
    where not is_stated

),

latest_editions as (

    select * from {{ ref('int_edition') }}
    where is_latest

),

cells as (

    select distinct
        cells.series_code,
        cells.assessment_year,
        cells.unit_code,
        cells.measure_code,
        cells.value
    from {{ ref('int_assessment_cell') }} as cells
    inner join latest_editions
        on cells.series_code = latest_editions.series_code
        and cells.assessment_year = latest_editions.assessment_year

),

node_scores as (

    select scores.*
    from {{ ref('int_node_score') }} as scores
    inner join latest_editions
        on scores.series_code = latest_editions.series_code
        and scores.assessment_year = latest_editions.assessment_year

)

-- Observed values belong to no method: their series stands in its place.
select
    cells.series_code,
    cells.assessment_year,
    cells.series_code as method_code,
    'observed' as stage,
    cells.unit_code,
    cells.measure_code as code,
    coalesce(exact_values.value, cast(cells.value as double)) as value
from cells
left join {{ ref('stg_measured_value') }} as exact_values
    on cells.series_code = exact_values.series_code
    and cells.assessment_year = exact_values.assessment_year
    and cells.unit_code = exact_values.unit_code
    and cells.measure_code = exact_values.measure_code

union all

select
    series_code,
    assessment_year,
    methodology_code as method_code,
    'scored' as stage,
    unit_code,
    node_code as code,
    cast(score as double) as value
from node_scores

{% for stage, relation, condition in [
    ('denominated', 'int_variant_denominated', 'variants.is_denominated'),
    ('imputed', 'int_variant_imputed', "variants.imputation <> 'none'"),
    ('screened', 'int_variant_screened', 'coalesce(variants.min_available_share, variants.min_nonzero_share) is not null'),
    ('treated', 'int_variant_treated', 'variants.is_treated'),
    ('normalised', 'int_variant_normalised', 'true'),
] %}
union all

select
    variant_values.series_code,
    variant_values.assessment_year,
    variant_values.variant_code as method_code,
    '{{ stage }}' as stage,
    variant_values.unit_code,
    variant_values.measure_code as code,
    variant_values.value
from {{ ref(relation) }} as variant_values
inner join variants
    on variant_values.variant_code = variants.variant_code
    and variant_values.assessment_year = variants.assessment_year
where {{ condition }}

{% endfor %}
union all

select
    leaves.series_code,
    leaves.assessment_year,
    leaves.variant_code as method_code,
    'aggregated' as stage,
    leaves.unit_code,
    leaves.node_code as code,
    leaves.value
from {{ ref('int_variant_leaf') }} as leaves
inner join variants
    on leaves.variant_code = variants.variant_code
    and leaves.assessment_year = variants.assessment_year

union all

select
    node_values.series_code,
    node_values.assessment_year,
    node_values.variant_code as method_code,
    'aggregated' as stage,
    node_values.unit_code,
    node_values.node_code as code,
    node_values.value
from {{ ref('int_variant_node_value') }} as node_values
inner join variants
    on node_values.variant_code = variants.variant_code
    and node_values.assessment_year = variants.assessment_year
