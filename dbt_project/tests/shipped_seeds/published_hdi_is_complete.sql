-- Fails for every country and year of the frame without a published index: the proof of the engine counts exact
-- matches over all of them.
with frames as (

    select * from {{ ref('assessment_frame') }}
    where series_code = 'hdi'
        and is_included = '1'

),

published_scores as (

    select * from {{ ref('published_unit_score') }}
    where node_code = 'hdi'

)

select
    frames.assessment_year,
    frames.unit_code
from frames
left join published_scores
    on frames.series_code = published_scores.series_code
    and frames.assessment_year = published_scores.assessment_year
    and frames.unit_code = published_scores.unit_code
where published_scores.published_value is null
