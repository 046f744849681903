with normalised as (

    select * from {{ ref('int_variant_normalised') }}

),

measures as (

    select * from {{ ref('int_variant_measure') }}

),

variants as (

    select * from {{ ref('int_variant_edition') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}
    where is_leaf
        and not is_event_only

),

leaf_scores as (

    select * from {{ ref('int_leaf_score') }}
    where not is_event_only

),

measured_leaves as (

    select
        normalised.series_code,
        normalised.assessment_year,
        normalised.variant_code,
        normalised.unit_code,
        measures.node_code,
        case
            when count(*) = 1 then max(normalised.value)
            else round(
                {{ exact_sum('measures.weight * normalised.value') }}
                / nullif({{ exact_sum('case when normalised.value is not null then measures.weight end') }}, 0),
                12
            )
        end as value
    from normalised
    inner join measures
        on normalised.variant_code = measures.variant_code
        and normalised.measure_code = measures.measure_code
    group by
        normalised.series_code,
        normalised.assessment_year,
        normalised.variant_code,
        normalised.unit_code,
        measures.node_code

),

stated_leaves as (

    select
        variants.series_code,
        variants.assessment_year,
        variants.variant_code,
        leaf_scores.unit_code,
        leaf_scores.node_code,
        round(
            variants.lower
            + (variants.upper - variants.lower) * cast(leaf_scores.score as double) / cast(nodes.full_mark as double),
            12
        ) as value
    from variants
    inner join leaf_scores
        on variants.series_code = leaf_scores.series_code
        and variants.assessment_year = leaf_scores.assessment_year
        and variants.methodology_code = leaf_scores.methodology_code
    inner join nodes
        on leaf_scores.methodology_code = nodes.methodology_code
        and leaf_scores.node_code = nodes.node_code
    where variants.is_stated

)

select * from stated_leaves

union all

select * from measured_leaves
