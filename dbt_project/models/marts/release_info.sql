with editions as (

    select * from {{ ref('int_edition') }}

),

methodologies as (

    select * from {{ ref('int_edition_methodology') }}

),

units as (

    select
        series_code,
        assessment_year,
        sum(case when is_included then 1 else 0 end) as unit_count,
        sum(case when is_included then 0 else 1 end) as excluded_unit_count
    from {{ ref('int_unit') }}
    group by series_code, assessment_year

),

scored_units as (

    select
        series_code,
        assessment_year,
        methodology_code,
        count(score) as scored_unit_count,
        sum(case when is_ranked then 1 else 0 end) as ranked_unit_count
    from {{ ref('int_unit_score') }}
    group by series_code, assessment_year, methodology_code

),

input_rows as (

    select series_code, assessment_year, provenance, batch_id from {{ ref('stg_observation') }}

    union all

    select series_code, assessment_year, provenance, batch_id from {{ ref('stg_opinion_event') }}

    union all

    select series_code, assessment_year, provenance, batch_id from {{ ref('stg_verification') }}

    union all

    select series_code, assessment_year, provenance, batch_id from {{ ref('stg_objection') }}

    union all

    select series_code, assessment_year, provenance, batch_id from {{ ref('stg_decision') }}
    {% if env_var('ZHENGXIN_EVIDENCE', '0') == '1' %}

    union all

    -- What records give is an input of its own, named by what it is counted from.
    select
        derived.series_code,
        derived.assessment_year,
        derived.provenance,
        partitions.state_hash as batch_id
    from {{ ref('int_derived_observation') }} as derived
    inner join {{ ref('int_evidence_partition') }} as partitions
        on derived.evidence_kind = partitions.evidence_kind
        and derived.assessment_year = partitions.partition_year
        and partitions.partition_kind = 'assessment_year'
    {% endif %}

),

inputs as (

    select
        series_code,
        assessment_year,
        count(*) as input_row_count,
        sum(case when provenance = 'synthetic' then 1 else 0 end) as synthetic_row_count,
        case
            when bool_and(provenance is distinct from 'synthetic') then 'real'
            when bool_and(provenance is not distinct from 'synthetic') then 'synthetic'
            else 'partly_synthetic'
        end as data_kind,
        count(distinct batch_id) as batch_count,
        md5(string_agg(distinct batch_id, ',' order by batch_id)) as input_digest
    from input_rows
    group by series_code, assessment_year

)

select
    editions.series_code,
    editions.assessment_year,
    methodologies.methodology_code,
    methodologies.methodology_version,
    methodologies.purpose as methodology_purpose,
    methodologies.is_primary as is_primary_methodology,
    editions.title_zh,
    editions.title_en,
    editions.frame_date,
    inputs.data_kind,
    messages.text_zh as data_kind_zh,
    methodologies.methodology_origin,
    cast(units.unit_count as integer) as unit_count,
    cast(units.excluded_unit_count as integer) as excluded_unit_count,
    cast(scored_units.scored_unit_count as integer) as scored_unit_count,
    cast(scored_units.ranked_unit_count as integer) as ranked_unit_count,
    cast(inputs.input_row_count as integer) as input_row_count,
    cast(inputs.synthetic_row_count as integer) as synthetic_row_count,
    cast(inputs.batch_count as integer) as batch_count,
    inputs.input_digest,
    cast('{{ env_var("ZHENGXIN_PROJECT_DIGEST", "") }}' as varchar) as project_digest,
    -- What only a release knows: filled in when it is cut.
    cast(null as varchar) as release_id,
    cast(null as integer) as revision_number,
    cast(null as varchar) as release_note,
    cast(null as timestamp) as released_at,
    cast(null as varchar) as git_revision
from editions
inner join methodologies
    on editions.series_code = methodologies.series_code
    and editions.assessment_year = methodologies.assessment_year
inner join units
    on editions.series_code = units.series_code
    and editions.assessment_year = units.assessment_year
inner join scored_units
    on editions.series_code = scored_units.series_code
    and editions.assessment_year = scored_units.assessment_year
    and methodologies.methodology_code = scored_units.methodology_code
inner join inputs
    on editions.series_code = inputs.series_code
    and editions.assessment_year = inputs.assessment_year
inner join {{ ref('stg_message') }} as messages
    on 'data_kind_' || inputs.data_kind = messages.message_code
order by editions.series_code, editions.assessment_year, methodologies.methodology_code
