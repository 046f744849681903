with nodes as (

    select * from {{ ref('int_methodology_node') }}

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

),

rule_texts as (

    select
        methodology_code,
        node_code,
        string_agg(rule_text_zh, ';' order by measure_code) as rule_text_zh,
        string_agg(rule_text_en, '; ' order by measure_code) as rule_text_en
    from rules
    group by methodology_code, node_code

)

select
    nodes.methodology_code,
    nodes.node_code,
    nodes.parent_node_code,
    nodes.series_code,
    nodes.depth as node_level,
    nodes.dimension_code,
    nodes.sort_path,
    nodes.is_leaf,
    nodes.name_zh,
    nodes.name_en,
    nodes.full_mark,
    nodes.min_mark,
    nodes.is_base,
    nodes.aggregation,
    cast(nodes.weight as decimal(9, 6)) as weight,
    cast(nodes.min_coverage_numerator as varchar) || '/' || cast(nodes.min_coverage_denominator as varchar)
        as min_coverage,
    nodes.rounding_mode,
    nodes.rounding_digits,
    rule_texts.rule_text_zh,
    rule_texts.rule_text_en,
    nodes.origin,
    nodes.origin_note
from nodes
left join rule_texts
    on nodes.methodology_code = rule_texts.methodology_code
    and nodes.node_code = rule_texts.node_code
order by nodes.methodology_code, nodes.sort_path
