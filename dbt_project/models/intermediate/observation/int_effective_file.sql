{{ config(materialized="view") }}

-- The same bytes may be in effect under two names: the first of them is as good as any.
select
    batch_id,
    file_name,
    file_sha256
from {{ ref('stg_batch') }}
where is_effective
qualify row_number() over (partition by batch_id order by delivery_seq, file_name) = 1
