-- Fails with each draw in which the marks of a node's children do not add up to its own mark.
with marks as (

    select * from {{ ref('scenario_mark') }}

)

select
    parents.scenario_code,
    parents.methodology_code,
    parents.draw_number,
    parents.node_code,
    parents.drawn_mark,
    sum(children.drawn_mark) as children_mark
from marks as parents
inner join marks as children
    on parents.scenario_code = children.scenario_code
    and parents.methodology_code = children.methodology_code
    and parents.draw_number = children.draw_number
    and parents.node_code = children.parent_node_code
group by
    parents.scenario_code,
    parents.methodology_code,
    parents.draw_number,
    parents.node_code,
    parents.drawn_mark
having sum(children.drawn_mark) <> parents.drawn_mark
