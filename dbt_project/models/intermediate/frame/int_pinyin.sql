-- The initials of 修文县 are xwx: its pinyin is cut into as many syllables as the name has characters.
with recursive names as (

    select distinct
        name_zh,
        name_pinyin,
        replace(replace(replace(replace(lower(name_pinyin), ' ', ''), '''', ''), '’', ''), 'ü', 'v') as pinyin
    from {{ ref('stg_division_history') }}
    where name_pinyin is not null

),

syllables as (

    select * from {{ ref('stg_pinyin_syllable') }}

),

cut_names as (

    select
        name_zh,
        name_pinyin,
        pinyin,
        cast('' as varchar) as initials,
        1 as next_position,
        0 as syllable_count
    from names

    union all

    select
        cut_names.name_zh,
        cut_names.name_pinyin,
        cut_names.pinyin,
        cut_names.initials || substr(syllables.syllable, 1, 1) as initials,
        cut_names.next_position + length(syllables.syllable) as next_position,
        cut_names.syllable_count + 1 as syllable_count
    from cut_names
    inner join syllables
        on substr(cut_names.pinyin, cut_names.next_position, length(syllables.syllable)) = syllables.syllable
    where cut_names.syllable_count < length(cut_names.name_zh)

)

select
    names.name_zh,
    names.name_pinyin,
    names.pinyin,
    min(cut_names.initials) as initials
from names
left join cut_names
    on names.name_zh = cut_names.name_zh
    and names.name_pinyin = cut_names.name_pinyin
    and cut_names.syllable_count = length(names.name_zh)
    and cut_names.next_position = length(names.pinyin) + 1
group by names.name_zh, names.name_pinyin, names.pinyin
