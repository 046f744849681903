{{ config(materialized="by_edition") }}

with units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

methodologies as (

    select * from {{ ref('int_edition_methodology') }}

),

rules as (

    select * from {{ ref('int_methodology_rule') }}
    where rule_family <> 'event'

),

observations as (

    select * from {{ ref('int_observation_reconciled') }}

),

candidates as (

    select distinct
        series_code,
        unit_code,
        assessment_year,
        measure_code
    from {{ ref('int_observation_candidate') }}

),

quarantined as (

    select distinct
        unit_code,
        assessment_year,
        measure_code
    from {{ ref('stg_quarantined_row') }}
    where source = 'observation'

)

select
    units.series_code,
    units.assessment_year,
    methodologies.methodology_code,
    units.unit_code,
    rules.measure_code,
    rules.node_code,
    rules.rule_family,
    case
        when observations.state = 'observed' and observations.is_verified then 'verified'
        when observations.state is not null then observations.state
        when candidates.unit_code is not null then 'not_collected'
        when quarantined.unit_code is not null then 'quarantined'
        else 'to_be_assessed'
    end as status,
    observations.value,
    observations.batch_id,
    observations.row_number
from units
inner join methodologies
    on units.series_code = methodologies.series_code
    and units.assessment_year = methodologies.assessment_year
inner join rules
    on methodologies.methodology_code = rules.methodology_code
left join observations
    on units.series_code = observations.series_code
    and units.unit_code = observations.unit_code
    and units.assessment_year = observations.assessment_year
    and rules.measure_code = observations.measure_code
left join candidates
    on units.series_code = candidates.series_code
    and units.unit_code = candidates.unit_code
    and units.assessment_year = candidates.assessment_year
    and rules.measure_code = candidates.measure_code
left join quarantined
    on units.unit_code = quarantined.unit_code
    and units.assessment_year = quarantined.assessment_year
    and rules.measure_code = quarantined.measure_code
