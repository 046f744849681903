with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

nodes as (

    select * from {{ ref('int_methodology_node') }}
    where depth = 0

)

-- Where a variant is what the draws start from, its own interval holds and nothing is cut.
select
    subjects.subject_number,
    case when subjects.nominal_variant_code is null then cast(nodes.min_mark as double) else -1e9 end as lowest,
    case when subjects.nominal_variant_code is null then cast(nodes.full_mark as double) else 1e9 end as highest
from subjects
inner join nodes
    on subjects.methodology_code = nodes.methodology_code
