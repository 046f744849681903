{#
  One step of a variant's roll-up: the parents of all nodes at `child_depth`, from the values in `child_relations`.
  Weights count among the children that have a value. What is added is rounded to 12 decimals first.
#}
{% macro roll_up_variant(child_relations, child_depth) %}
    with children as (

        {% for relation in child_relations %}
        {% if not loop.first %}
        union all
        {% endif %}
        select * from {{ relation }} where depth = {{ child_depth }}
        {% endfor %}

    ),

    placed_children as (

        select
            children.series_code,
            children.assessment_year,
            children.variant_code,
            children.unit_code,
            children.value,
            child_nodes.node_code,
            child_nodes.parent_node_code,
            child_nodes.sibling_count,
            child_nodes.weight,
            parent_nodes.aggregation,
            parent_nodes.power,
            parent_nodes.min_child_share,
            case
                when parent_nodes.aggregation in ('harmonic', 'generalised') then max(children.value) over (
                    partition by children.variant_code, children.assessment_year, children.unit_code,
                        child_nodes.parent_node_code
                )
            end as largest
        from children
        inner join nodes as child_nodes
            on children.variant_code = child_nodes.variant_code
            and children.assessment_year = child_nodes.assessment_year
            and children.node_code = child_nodes.node_code
        inner join nodes as parent_nodes
            on child_nodes.variant_code = parent_nodes.variant_code
            and child_nodes.assessment_year = parent_nodes.assessment_year
            and child_nodes.parent_node_code = parent_nodes.node_code

    ),

    -- Copeland: how many units a unit is above in this child, a tie being half, out of those that have a value.
    beaten_children as (

        select
            variant_code,
            assessment_year,
            unit_code,
            node_code,
            (
                rank() over (partition by variant_code, assessment_year, node_code order by value) - 1
                + (count(*) over (partition by variant_code, assessment_year, node_code, value) - 1) / 2.0
            ) / nullif(count(*) over (partition by variant_code, assessment_year, node_code) - 1, 0) as beaten_share
        from placed_children
        where aggregation = 'copeland'
            and value is not null

    ),

    unit_counts as (

        select
            variant_code,
            assessment_year,
            count(distinct unit_code) as unit_count
        from placed_children
        where aggregation = 'copeland'
        group by variant_code, assessment_year

    ),

    terms as (

        select
            placed_children.*,
            case when placed_children.value is not null then placed_children.weight end as used_weight,
            case
                when placed_children.aggregation = 'arithmetic' then placed_children.weight * placed_children.value
                when placed_children.aggregation = 'copeland'
                    then placed_children.weight * (unit_counts.unit_count - 1) * beaten_children.beaten_share
                when placed_children.value <= 0 then 0
                when placed_children.aggregation = 'geometric' or placed_children.power = 0
                    then placed_children.weight * ln(placed_children.value)
                else placed_children.weight * power(
                    placed_children.value / placed_children.largest,
                    case when placed_children.aggregation = 'harmonic' then -1 else placed_children.power end
                )
            end as term
        from placed_children
        left join beaten_children
            on placed_children.variant_code = beaten_children.variant_code
            and placed_children.assessment_year = beaten_children.assessment_year
            and placed_children.unit_code = beaten_children.unit_code
            and placed_children.node_code = beaten_children.node_code
        left join unit_counts
            on placed_children.variant_code = unit_counts.variant_code
            and placed_children.assessment_year = unit_counts.assessment_year

    ),

    totals as (

        select
            series_code,
            assessment_year,
            variant_code,
            unit_code,
            parent_node_code as node_code,
            aggregation,
            power,
            largest,
            count(value) as valued_count,
            bool_or(coalesce(value <= 0, false)) as has_zero,
            coalesce(cast(count(value) as double) / max(sibling_count) < min_child_share, false) as is_too_few,
            {{ exact_sum('used_weight') }} as weight,
            {{ exact_sum('term') }} as total
        from terms
        group by
            series_code,
            assessment_year,
            variant_code,
            unit_code,
            parent_node_code,
            aggregation,
            power,
            min_child_share,
            largest

    )

    select
        series_code,
        assessment_year,
        variant_code,
        unit_code,
        node_code,
        {{ child_depth - 1 }} as depth,
        round(
            case
                when valued_count = 0 or is_too_few or weight = 0 then null
                when aggregation in ('arithmetic', 'copeland') then total / weight
                when has_zero then 0
                when aggregation = 'geometric' or power = 0 then exp(total / weight)
                when aggregation = 'harmonic' then largest * weight / total
                else largest * power(total / weight, 1 / power)
            end,
            12
        ) as value
    from totals
{% endmacro %}
