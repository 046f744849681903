-- Drafts the rows of seeds/geography/assessment_frame.csv for one edition of county_integrity: every county-level
-- division valid on the edition's frame date, and every prefecture-level city without county-level divisions.
-- Grain: one row a unit. The exclusions are the categories that seeds/README.md explains.
--
-- A new edition: add its row to seeds/methodology/edition.csv, load the seeds, then
--   dbt compile --select assessment_frame_of_edition --vars '{frame_assessment_year: 2026}'
-- and append the result of the compiled query to the CSV, after a look at what it leaves out.
with editions as (

    select * from {{ ref('edition') }}

),

divisions as (

    select * from {{ ref('division_history') }}

),

-- valid_from is the first day of validity, valid_to the first day after it
valid_divisions as (

    select
        editions.series_code,
        editions.assessment_year,
        divisions.code,
        divisions.name_zh,
        divisions.name_en,
        divisions.level,
        divisions.unit_type,
        divisions.prefecture_code,
        divisions.province_code,
        divisions.valid_from,
        divisions.predecessor_codes
    from editions
    inner join divisions
        on editions.frame_date >= divisions.valid_from
        and (divisions.valid_to is null or editions.frame_date < divisions.valid_to)
    where editions.series_code = 'county_integrity'
        and editions.assessment_year = {{ var('frame_assessment_year', 2019) }}

),

county_level_divisions as (

    select * from valid_divisions
    where level = 'county'

),

prefectures_without_districts as (

    select prefectures.*
    from valid_divisions as prefectures
    left join county_level_divisions
        on prefectures.code = county_level_divisions.prefecture_code
    where prefectures.level = 'prefecture'
        and county_level_divisions.code is null

),

units as (

    select
        *,
        coalesce(prefecture_code, province_code) as region_code
    from county_level_divisions

    union all

    select
        *,
        province_code as region_code
    from prefectures_without_districts

),

-- The first category that fits counts.
categorised_units as (

    select
        *,
        case
            -- only the report of 2019 is at hand; that the other editions left Tibet out too is assumed
            when province_code = '540000' and assessment_year = 2019 then 'tibet_published'
            when province_code = '540000' then 'tibet_assumed'
            when code = '350527' then 'not_administered'
            when code like '6590%' then 'xpcc_city'
            -- the city itself until its districts of 2020, then those
            when code like '4603%' then 'sansha'
            when
                valid_from >= date '2010-01-01'
                and (predecessor_codes is null or predecessor_codes like '%;%')
                -- published: all 88 counties of Guizhou are assessed
                and province_code <> '520000'
                then 'formed_since_2010'
        end as exclusion_category
    from units

),

exclusion_reasons as (

    select
        'tibet_published' as exclusion_category,
        '西藏自治区:2019年度报告以缺乏基本数据为由未纳入' as reason_zh,
        'Tibet: left out by the report of 2019 for lack of basic data' as reason_en,
        'published' as exclusion_origin

    union all

    select
        'tibet_assumed',
        '西藏自治区:2019年度报告以缺乏基本数据为由未纳入,本年度同样处理(本项目假设)',
        'Tibet: left out by the report of 2019 for lack of basic data, treated alike in this edition '
        || '(assumed by this project)',
        'assumed'

    union all

    select
        'not_administered',
        '金门县:尚未统一,无可评估的县级政府(本项目假设)',
        'Jinmen County: not administered, no county government to assess (assumed by this project)',
        'assumed'

    union all

    select
        'xpcc_city',
        '新疆生产建设兵团师市合一的县级市:统计与政务公开属兵团体系,缺乏可比的基本数据(本项目假设)',
        'City of the Xinjiang Production and Construction Corps: statistics and disclosure belong to the Corps, '
        || 'no comparable basic data (assumed by this project)',
        'assumed'

    union all

    select
        'sansha',
        '三沙市:辖区为岛礁,常住人口极少,缺乏基本数据(本项目假设)',
        'Sansha: islands and reefs with very few residents, no basic data (assumed by this project)',
        'assumed'

    union all

    select
        'formed_since_2010',
        '2010年及以后新设或由多个区划合并而成,没有唯一的前身,缺少2010年以来连续的基本数据(本项目假设)',
        'Formed in 2010 or later without a single predecessor (newly set up or merged), '
        || 'no unbroken basic data of its own since 2010 (assumed by this project)',
        'assumed'

)

select
    categorised_units.series_code,
    categorised_units.assessment_year,
    categorised_units.code as unit_code,
    categorised_units.name_zh,
    categorised_units.name_en,
    categorised_units.unit_type,
    categorised_units.region_code,
    case when categorised_units.exclusion_category is null then 1 else 0 end as is_included,
    exclusion_reasons.reason_zh as exclusion_reason_zh,
    exclusion_reasons.reason_en as exclusion_reason_en,
    exclusion_reasons.exclusion_origin
from categorised_units
left join exclusion_reasons
    on categorised_units.exclusion_category = exclusion_reasons.exclusion_category
order by categorised_units.code
