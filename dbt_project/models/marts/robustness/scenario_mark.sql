with marks as (

    select
        scenario_code,
        methodology_code,
        draw_number,
        generate_subscripts(marks, 1) - 1 as node_place,
        unnest(marks) as mark
    from {{ ref('int_scenario_draw') }}

),

nodes as (

    select * from {{ ref('int_scenario_node') }}

)

select
    marks.scenario_code,
    marks.methodology_code,
    marks.draw_number,
    nodes.node_code,
    nodes.parent_node_code,
    cast(cast(marks.mark as decimal(19, 0)) * cast('0.000000000001' as decimal(13, 12)) as decimal(18, 12)) as drawn_mark
from marks
inner join nodes
    on marks.methodology_code = nodes.methodology_code
    and marks.node_place = nodes.node_place
