{{ config(materialized='view') }}

-- A view: what was published is read from the releases anew whenever one is cut, without another build.
select
    scores.series_code,
    scores.methodology_code,
    units.lineage_code,
    scores.assessment_year,
    scores.unit_code,
    scores.node_code,
    scores.node_level,
    scores.node_name_zh,
    scores.node_name_en,
    scores.unit_name_zh,
    scores.unit_name_en,
    scores.methodology_version,
    scores.full_mark,
    scores.score,
    scores.published_score,
    scores.release_id
from {{ ref('stg_released_indicator_score') }} as scores
left join {{ ref('dim_unit') }} as units
    using (series_code, assessment_year, unit_code)
order by series_code, methodology_code, unit_code, assessment_year, node_code
