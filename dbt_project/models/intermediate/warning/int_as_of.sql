with batches as (

    select
        batch_id,
        max(received_at) as received_at
    from {{ ref('stg_batch') }}
    where is_effective
    group by batch_id

),

moments as (

    select series_code, batch_id, captured_at as moment from {{ ref('stg_observation') }}

    union all

    select series_code, batch_id, greatest(captured_at, reported_at, coalesce(response_at, reported_at))
    from {{ ref('stg_opinion_event') }}

    union all

    select series_code, batch_id, verified_at from {{ ref('stg_verification') }}

    union all

    select series_code, batch_id, submitted_at from {{ ref('stg_objection') }}

    union all

    select series_code, batch_id, decided_at from {{ ref('stg_decision') }}

)

-- A time after the file came in is a slip of the pen, and would clear every warning.
select
    moments.series_code,
    max(moments.moment) as as_of
from moments
left join batches
    on moments.batch_id = batches.batch_id
where batches.received_at is null
    or moments.moment <= batches.received_at
group by moments.series_code
