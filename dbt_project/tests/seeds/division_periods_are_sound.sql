-- Fails for every division whose period of validity is empty or backwards, overlaps another one of the same code, or
-- does not agree with is_open, first_year and last_year (the year-ends at which it is valid).
with divisions as (

    select * from {{ ref('division_history') }}

),

next_periods as (

    select
        *,
        lead(valid_from) over (partition by code order by valid_from, version) as next_valid_from
    from divisions

),

-- The tables end at the latest year-end; an open division is valid until then.
last_table as (

    select max(last_year) as last_year
    from divisions

),

problems as (

    select
        next_periods.code,
        next_periods.version,
        next_periods.valid_from,
        next_periods.valid_to,
        case
            when next_periods.valid_to <= next_periods.valid_from then 'valid_to must be after valid_from'
            when (next_periods.is_open = '1') <> (next_periods.valid_to is null) then 'is_open and valid_to disagree'
            when next_periods.next_valid_from is not null
                and (next_periods.valid_to is null or next_periods.valid_to > next_periods.next_valid_from)
                then 'overlaps the next period of the same code'
            when next_periods.is_open = '1' and next_periods.last_year <> last_table.last_year
                then 'an open division is valid at the latest year-end'
            when next_periods.first_year > next_periods.last_year then 'first_year must not be after last_year'
        end as problem
    from next_periods
    cross join last_table

)

select * from problems
where problem is not null
