-- zh: 本地区各县（市、区）的观测与来源
-- en: Evidence behind the measures of the region's units

with units as (

    select unit_code, prefecture_code, province_code, region_code
    from marts.dim_unit
    where is_included
        and $region in ($nation, province_code, prefecture_code, unit_code)

)

select
    trace.unit_code,
    trace.node_code,
    coalesce(trace.measure_code, trace.cluster_code) as measure_code,
    trace.value,
    coalesce(trace.state, '') as state,
    coalesce(trace.channel, '') as channel,
    trace.captured_at,
    coalesce(trace.evidence_url, '') as evidence_url,
    coalesce(trace.evidence_hash, '') as evidence_hash,
    coalesce(trace.file_name, '') as file_name,
    trace.row_number,
    coalesce(trace.verification_verdict, '') as verification_verdict
from marts.score_trace as trace
inner join units
    on trace.unit_code = units.unit_code
where trace.methodology_code = $methodology
order by trace.unit_code, trace.sort_path, measure_code, trace.captured_at
