with contributions as (

    select * from {{ ref('score_contribution') }}
    where is_leaf
        and points_lost > 0

),

nodes as (

    select * from {{ ref('int_methodology_node') }}

),

-- What stands outside the base can only be won on top of it: the full mark of a good deed is no mark lost.
bonus_nodes as (

    select distinct
        leaves.methodology_code,
        leaves.node_code
    from nodes as leaves
    inner join nodes
        on leaves.methodology_code = nodes.methodology_code
        and starts_with(leaves.sort_path || '.', nodes.sort_path || '.')
    where leaves.full_mark > 0
        and not nodes.is_base

),

lost_marks as (

    select
        contributions.*,
        bonus_nodes.node_code is not null as is_bonus
    from contributions
    left join bonus_nodes
        on contributions.methodology_code = bonus_nodes.methodology_code
        and contributions.node_code = bonus_nodes.node_code

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    parent_node_code,
    sort_path,
    node_name_zh,
    node_name_en,
    full_mark,
    score,
    points,
    full_points,
    points_lost,
    is_bonus,
    cast(
        row_number() over (
            partition by series_code, assessment_year, methodology_code, unit_code
            order by is_bonus, points_lost desc, sort_path
        ) as integer
    ) as lost_rank,
    status,
    reason_zh,
    reason_en
from lost_marks
order by series_code, assessment_year, methodology_code, unit_code, lost_rank
