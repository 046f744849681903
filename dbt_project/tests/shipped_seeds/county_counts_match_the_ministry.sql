-- Fails for every year-end whose number of county-level divisions differs from the Ministry of Civil Affairs' table,
-- by the dates of validity or by first_year and last_year; and for Guizhou, 88 in 9 prefectures throughout.
with divisions as (

    select * from {{ ref('division_history') }}
    where level = 'county'

),

published_counts as (

    select year_end, county_count
    from (
        values
        (date '2015-12-31', 2850),
        (date '2016-12-31', 2851),
        (date '2017-12-31', 2851),
        (date '2018-12-31', 2851),
        (date '2019-12-31', 2846),
        (date '2020-12-31', 2844),
        (date '2021-12-31', 2843),
        (date '2022-12-31', 2843),
        (date '2023-12-31', 2844),
        (date '2024-12-31', 2846)
    ) as counts (year_end, county_count)

),

counts_by_date as (

    select
        published_counts.year_end,
        published_counts.county_count,
        count(*) as count_by_date,
        sum(
            case when extract(year from published_counts.year_end) between divisions.first_year and divisions.last_year
                then 1 else 0 end
        ) as count_by_year,
        sum(case when divisions.province_code = '520000' then 1 else 0 end) as guizhou_count,
        count(
            distinct case when divisions.province_code = '520000' then divisions.prefecture_code end
        ) as guizhou_prefecture_count
    from published_counts
    inner join divisions
        on published_counts.year_end >= divisions.valid_from
        and (divisions.valid_to is null or published_counts.year_end < divisions.valid_to)
    group by published_counts.year_end, published_counts.county_count

)

select
    published_counts.year_end,
    published_counts.county_count,
    counts_by_date.count_by_date,
    counts_by_date.count_by_year,
    counts_by_date.guizhou_count,
    counts_by_date.guizhou_prefecture_count
from published_counts
left join counts_by_date
    on published_counts.year_end = counts_by_date.year_end
where published_counts.county_count is distinct from counts_by_date.count_by_date
    or published_counts.county_count is distinct from counts_by_date.count_by_year
    or counts_by_date.guizhou_count is distinct from 88
    or counts_by_date.guizhou_prefecture_count is distinct from 9
