with source as (

    select * from {{ ref('pinyin_syllable') }}

)

select coalesce(initial, '') || final as syllable
from source
