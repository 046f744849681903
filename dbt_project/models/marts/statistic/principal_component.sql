with components as (

    select * from {{ ref('int_principal_component') }}

)

select
    series_code,
    assessment_year,
    method_code,
    stage,
    parent_node_code,
    component_number,
    node_code,
    loading,
    variance,
    variance_share,
    sum(variance_share) over (
        partition by series_code, assessment_year, method_code, stage, parent_node_code, node_code
        order by component_number
    ) as variance_share_so_far,
    unit_count
from components
