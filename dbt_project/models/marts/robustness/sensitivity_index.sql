with subjects as (

    select * from {{ ref('int_scenario_subject') }}

),

indices as (

    select * from {{ ref('int_sensitivity') }}

),

factors as (

    select * from {{ ref('stg_scenario_factor') }}

)

select
    subjects.series_code,
    subjects.assessment_year,
    subjects.methodology_code,
    subjects.scenario_code,
    indices.factor_code,
    factors.name_zh as factor_name_zh,
    factors.name_en as factor_name_en,
    indices.first_order,
    indices.first_order_error,
    indices.total_order,
    indices.total_order_error,
    indices.evaluated_draw_count
from indices
inner join subjects
    on indices.subject_code = subjects.subject_code
inner join factors
    on subjects.scenario_code = factors.scenario_code
    and indices.factor_code = factors.factor_code
