select
    info.series_code,
    info.assessment_year,
    info.methodology_code,
    info.methodology_version,
    info.is_primary_methodology,
    info.title_zh,
    info.title_en,
    info.frame_date,
    info.data_kind,
    info.data_kind_zh,
    info.unit_count,
    info.excluded_unit_count,
    info.scored_unit_count,
    info.ranked_unit_count,
    info.release_id,
    info.revision_number,
    info.release_note,
    info.released_at,
    methodology.series_name_zh,
    coalesce(methodology.series_name_en, methodology.series_name_zh) as series_name_en,
    coalesce(methodology.name_zh, methodology.name_en) as methodology_name_zh,
    coalesce(methodology.name_en, methodology.name_zh) as methodology_name_en,
    methodology.description_zh,
    methodology.description_en,
    methodology.min_ranked_coverage,
    methodology.publication_digits,
    methodology.origin,
    methodology.origin_note
from marts.release_info as info
inner join (select distinct on (methodology_code) * from marts.dim_methodology) as methodology
    on info.methodology_code = methodology.methodology_code
order by info.assessment_year desc, info.is_primary_methodology desc, info.methodology_code
