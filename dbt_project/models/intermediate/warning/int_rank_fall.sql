{{ config(materialized="by_edition", looks_back=true) }}

with ranks as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        region_code,
        unit_rank,
        ranked_unit_count
    from {{ ref('int_unit_rank') }}
    where is_root

)

select
    ranks.*,
    ranks.unit_rank - previous_ranks.unit_rank as places_lost
from ranks
inner join {{ ref('int_unit_before') }} as before
    using (series_code, assessment_year, unit_code)
inner join ranks as previous_ranks
    on ranks.series_code = previous_ranks.series_code
    and before.previous_assessment_year = previous_ranks.assessment_year
    and ranks.methodology_code = previous_ranks.methodology_code
    and before.previous_unit_code = previous_ranks.unit_code
    -- A rank among others than before is no fall.
    and ranks.region_code = previous_ranks.region_code
