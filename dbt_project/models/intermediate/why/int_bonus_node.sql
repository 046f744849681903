{{ config(materialized="view") }}

-- What stands outside the base can only be won on top of it: the full mark of a good deed is no mark lost.
with nodes as (

    select * from {{ ref('int_methodology_node') }}

)

select distinct
    bonuses.methodology_code,
    bonuses.node_code
from nodes as bonuses
inner join nodes
    on bonuses.methodology_code = nodes.methodology_code
    and starts_with(bonuses.sort_path || '.', nodes.sort_path || '.')
where bonuses.full_mark > 0
    and not nodes.is_base
