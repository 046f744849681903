{#
  One step of the roll-up: the parents of all nodes at `child_depth`, from the scores in the relations `child_relations`.
  Unrolled once a depth by int_node_score; the four aggregations and the re-weighting are written here, once.
#}
{% macro roll_up_children(child_relations, child_depth) %}
    with children as (

        {% for relation in child_relations %}
        {% if not loop.first %}
        union all
        {% endif %}
        select * from {{ relation }} where depth = {{ child_depth }}
        {% endfor %}

    ),

    -- The rate score / full mark as an integer of 10^-12; a sum does without.
    weighed_children as (

        select
            children.*,
            child_nodes.parent_node_code,
            child_nodes.is_base,
            child_nodes.full_mark,
            child_nodes.weight_share as scaled_weight,
            case
                when parent_nodes.aggregation <> 'sum' then {{ integer_quotient_half_up(
                    scaled_integer('children.score', 10) ~ ' * 1000000000000', scaled_integer('child_nodes.full_mark', 10)
                ) }}
            end as scaled_rate
        from children
        inner join nodes as child_nodes
            on children.methodology_code = child_nodes.methodology_code
            and children.node_code = child_nodes.node_code
        inner join nodes as parent_nodes
            on child_nodes.methodology_code = parent_nodes.methodology_code
            and child_nodes.parent_node_code = parent_nodes.node_code

    ),

    -- Logarithms and reciprocals are rounded to 12 decimals before they are added: a sum of doubles changes with threads.
    totals as (

        select
            series_code,
            assessment_year,
            methodology_code,
            unit_code,
            parent_node_code as node_code,
            sum(applicable_mark) as applicable_mark,
            sum(assessed_mark) as assessed_mark,
            bool_or(is_vetoed) as is_vetoed,
            bool_and(is_event_only) as is_event_only,
            count(score) as scored_count,
            sum(case when is_base then 1 else 0 end) as base_count,
            sum(case when is_base and score is not null then 1 else 0 end) as scored_base_count,
            sum(case when is_base then full_mark else 0 end) as base_mark,
            sum(case when is_base and score is not null then full_mark else 0 end) as scored_base_mark,
            sum(case when is_base then score end) as base_sum,
            sum(case when not is_base then score end) as additional_sum,
            sum(case when score is not null then scaled_weight end) as scaled_weight,
            sum(case when score is not null then scaled_weight * scaled_rate end) as scaled_weighted_rate,
            sum(
                case when scaled_rate > 0
                    then scaled_weight * {{ scaled_integer(
                        'cast(ln(cast(scaled_rate as double) / 1e12) as decimal(15, 12))', 12
                    ) }}
                end
            ) as scaled_weighted_log,
            sum(
                case when scaled_rate > 0
                    then {{ integer_quotient_half_up('scaled_weight * 1000000000000000000000000', 'scaled_rate') }}
                end
            ) as scaled_weighted_reciprocal,
            bool_or(coalesce(scaled_rate <= 0, false)) as has_zero_rate
        from weighed_children
        group by series_code, assessment_year, methodology_code, unit_code, parent_node_code

    ),

    aggregated as (

        select
            totals.*,
            nodes.depth,
            nodes.min_mark,
            nodes.full_mark,
            nodes.aggregation,
            nodes.rounding_mode,
            nodes.rounding_digits,
            totals.scored_count > 0 and (
                totals.is_event_only or (
                    totals.applicable_mark > 0
                    and {{ reaches_coverage(
                        'totals.assessed_mark', 'totals.applicable_mark',
                        'nodes.min_coverage_numerator', 'nodes.min_coverage_denominator'
                    ) }}
                    and (nodes.aggregation <> 'sum' or totals.base_count = 0 or totals.scored_base_count > 0)
                )
            ) as is_scored,
            cast(
                case
                    when totals.scored_base_mark = totals.base_mark and totals.base_mark > 0 then totals.base_sum
                    else {{ score_quotient(
                        'totals.base_mark * cast(totals.base_sum as decimal(38, 10))',
                        'totals.scored_base_mark', 14, 4
                    ) }}
                end as decimal(18, 10)
            ) as base_score
        from totals
        inner join nodes
            on totals.methodology_code = nodes.methodology_code
            and totals.node_code = nodes.node_code

    ),

    unclipped as (

        select
            *,
            case
                when not is_scored then null
                when aggregation = 'sum' then coalesce(base_score, 0) + coalesce(additional_sum, 0)
                when aggregation = 'weighted_arithmetic' then {{ score_from_scaled(integer_quotient_half_up(
                    scaled_integer('full_mark', 4) ~ ' * scaled_weighted_rate', 'scaled_weight * 1000000'
                )) }}
                when has_zero_rate then 0
                when aggregation = 'geometric' then cast(
                    cast(full_mark as double)
                    * exp(cast(scaled_weighted_log as double) / 1e12 / cast(scaled_weight as double))
                    as decimal(18, 10)
                )
                when aggregation = 'harmonic' then {{ score_from_scaled(integer_quotient_half_up(
                    scaled_integer('full_mark', 4) ~ ' * scaled_weight * 1000000000000000000', 'scaled_weighted_reciprocal'
                )) }}
            end as unclipped_score
        from aggregated

    ),

    clipped as (

        select
            *,
            {{ clipped_score('unclipped_score', 'min_mark', 'full_mark') }} as unrounded_score
        from unclipped

    )

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        depth,
        cast(applicable_mark as decimal(18, 13)) as applicable_mark,
        cast(assessed_mark as decimal(18, 13)) as assessed_mark,
        unrounded_score,
        {{ apply_rounding_policy('unrounded_score', 'rounding_mode', 'rounding_digits') }} as score,
        case
            when not is_scored then null
            when aggregation = 'sum' and base_score is not null then base_score
            else unrounded_score
        end as base_score,
        is_vetoed,
        is_event_only
    from clipped
{% endmacro %}
