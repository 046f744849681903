with source as (

    select * from {{ ref('pinyin_syllable') }}

)

select case when initial = 'zero' then final else initial || final end as syllable
from source
