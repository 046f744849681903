select syllable from {{ ref('pinyin_syllable') }}
