with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

nodes as (

    select * from {{ ref('int_scenario_node') }}

),

units as (

    select * from {{ ref('int_scenario_unit') }}

),

node_scores as (

    select * from {{ ref('int_node_score') }}
    where score is null

)

select
    subjects.subject_number,
    units.unit_place,
    nodes.node_place
from subjects
inner join node_scores
    on subjects.series_code = node_scores.series_code
    and subjects.assessment_year = node_scores.assessment_year
    and subjects.methodology_code = node_scores.methodology_code
inner join nodes
    on subjects.subject_number = nodes.subject_number
    and node_scores.node_code = nodes.node_code
inner join units
    on subjects.subject_number = units.subject_number
    and node_scores.unit_code = units.unit_code
