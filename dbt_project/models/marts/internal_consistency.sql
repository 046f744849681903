with consistency as (

    select * from {{ ref('int_consistency') }}

)

select
    series_code,
    assessment_year,
    method_code,
    stage,
    node_code,
    cast(ancestor_depth as integer) as node_depth,
    cast(member_depth as integer) as member_depth,
    member_count,
    alpha
from consistency
