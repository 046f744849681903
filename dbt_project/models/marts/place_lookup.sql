with codes as (

    select * from {{ ref('int_place_code') }}

),

history as (

    select * from {{ ref('stg_division_history') }}

),

pinyin as (

    select * from {{ ref('int_pinyin') }}

),

places as (

    select
        series_code,
        assessment_year,
        'unit' as place_kind,
        unit_code as place_code,
        name_zh,
        name_en
    from {{ ref('dim_unit') }}

    union all

    select
        series_code,
        assessment_year,
        'region' as place_kind,
        region_code as place_code,
        name_zh,
        name_en
    from {{ ref('dim_region') }}

),

-- What the codes that the place has or had were called, up to the day on which they were given up.
names as (

    select distinct
        codes.series_code,
        codes.assessment_year,
        codes.place_kind,
        codes.place_code,
        history.name_zh as former_name_zh,
        history.name_en as former_name_en,
        history.name_zh <> places.name_zh as is_former_zh,
        history.name_en <> places.name_en as is_former_en,
        pinyin.pinyin,
        pinyin.initials
    from codes
    inner join history
        on codes.division_code = history.division_code
        and history.first_year <= codes.last_year
    left join pinyin
        on history.name_zh = pinyin.name_zh
        and history.name_pinyin = pinyin.name_pinyin
    inner join places
        on codes.series_code = places.series_code
        and codes.assessment_year = places.assessment_year
        and codes.place_kind = places.place_kind
        and codes.place_code = places.place_code

),

lookups as (

    select series_code, assessment_year, place_kind, place_code, 'name_zh' as lookup_kind, name_zh as lookup_text
    from places

    union

    select series_code, assessment_year, place_kind, place_code, 'name_en' as lookup_kind, name_en as lookup_text
    from places

    union

    select
        series_code,
        assessment_year,
        place_kind,
        place_code,
        case when division_code = place_code then 'code' else 'former_code' end as lookup_kind,
        division_code as lookup_text
    from codes

    union

    select
        series_code,
        assessment_year,
        place_kind,
        place_code,
        'former_name_zh' as lookup_kind,
        former_name_zh as lookup_text
    from names
    where is_former_zh

    union

    select
        series_code,
        assessment_year,
        place_kind,
        place_code,
        'former_name_en' as lookup_kind,
        former_name_en as lookup_text
    from names
    where is_former_en

    union

    select series_code, assessment_year, place_kind, place_code, 'pinyin' as lookup_kind, pinyin as lookup_text
    from names

    union

    select series_code, assessment_year, place_kind, place_code, 'initials' as lookup_kind, initials as lookup_text
    from names

)

select
    series_code,
    assessment_year,
    place_kind,
    place_code,
    lookup_kind,
    lookup_text
from lookups
where lookup_text is not null
order by series_code, assessment_year, place_kind, place_code, lookup_kind, lookup_text
