with methodologies as (

    select * from {{ ref('stg_methodology') }}

),

series as (

    select * from {{ ref('stg_series') }}

)

select
    methodologies.methodology_code,
    methodologies.methodology_version,
    methodologies.series_code,
    series.name_zh as series_name_zh,
    series.name_en as series_name_en,
    coalesce(series.unit_name_zh, series.unit_name_en) as unit_noun_zh,
    coalesce(series.unit_name_en, series.unit_name_zh) as unit_noun_en,
    methodologies.tree_code,
    methodologies.name_zh,
    methodologies.name_en,
    methodologies.description_zh,
    methodologies.description_en,
    methodologies.min_ranked_coverage,
    series.publication_digits,
    methodologies.origin,
    methodologies.origin_note
from methodologies
inner join series
    on methodologies.series_code = series.series_code
order by methodologies.series_code, methodologies.methodology_code
