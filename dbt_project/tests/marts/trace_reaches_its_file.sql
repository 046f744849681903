-- Fails with each scored cell that has no row in the trace, each cell or event that has more than one, and each value or
-- event of the trace that does not end at a file, its SHA-256 and a row. All in one pass, because the trace is a view.
{{ config(meta={"by_edition": true}) }}

with rows_of_cells as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        item_code,
        1 as trace_count,
        -- A derived value ends at the records that evidence_measure counts.
        source is distinct from 'derivation'
        and (state in ('observed', 'verified', 'event', 'rejected') or batch_id is not null)
        and (batch_id is null or file_name is null or file_sha256 is null or row_number is null) as is_without_file
    from {{ ref('score_trace') }}

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        node_code,
        measure_code as item_code,
        0 as trace_count,
        false as is_without_file
    from {{ ref('fct_measure_score') }}

)

select
    series_code,
    assessment_year,
    methodology_code,
    unit_code,
    node_code,
    item_code,
    sum(trace_count) as trace_count,
    bool_or(is_without_file) as is_without_file
from rows_of_cells
group by series_code, assessment_year, methodology_code, unit_code, node_code, item_code
having sum(trace_count) <> 1
    or bool_or(is_without_file)
