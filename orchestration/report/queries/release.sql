-- zh: 本发布版本的版次、方法、数据性质与输入摘要
-- en: The release: edition, methodologies, kind of data, digest of its inputs

select
    release_info.series_code,
    release_info.assessment_year,
    release_info.methodology_code,
    release_info.methodology_version,
    release_info.is_primary_methodology,
    release_info.title_zh,
    release_info.title_en,
    release_info.frame_date,
    release_info.data_kind,
    release_info.unit_count,
    release_info.excluded_unit_count,
    release_info.scored_unit_count,
    release_info.ranked_unit_count,
    release_info.input_row_count,
    release_info.synthetic_row_count,
    release_info.batch_count,
    release_info.input_digest,
    release_info.release_id,
    release_info.revision_number,
    release_info.release_note,
    release_info.released_at,
    release_info.git_revision,
    methodology.name_zh as methodology_name_zh,
    methodology.name_en as methodology_name_en,
    methodology.description_zh,
    methodology.description_en,
    methodology.min_ranked_coverage,
    methodology.publication_digits,
    methodology.origin,
    methodology.origin_note
from marts.release_info as release_info
inner join marts.dim_methodology as methodology
    on release_info.methodology_code = methodology.methodology_code
order by release_info.is_primary_methodology desc, release_info.methodology_code
