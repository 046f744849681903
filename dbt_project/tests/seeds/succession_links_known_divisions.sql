-- Fails for every link of change that names a code which is no division, whose new end is not valid at the end of the
-- year of the change, or whose old end was not valid at the end of the year before. The history starts with the tables
-- of 2010, so what changes of that year come from is not in it.
with changes as (

    select * from {{ ref('division_change') }}

),

divisions as (

    select * from {{ ref('division_history') }}

),

first_table as (

    select min(last_year) as first_year
    from divisions

),

valid_years as (

    select distinct
        code,
        first_year,
        last_year
    from divisions

),

problems as (

    select
        changes.year,
        changes.event_id,
        changes.from_code,
        changes.to_code,
        case
            when to_years.code is null then 'to_code is not valid at the end of the year'
            when from_years.code is null and changes.year > first_table.first_year
                then 'from_code was not valid at the end of the year before'
        end as problem
    from changes
    cross join first_table
    left join valid_years as to_years
        on changes.to_code = to_years.code
        and changes.year between to_years.first_year and to_years.last_year
    left join valid_years as from_years
        on changes.from_code = from_years.code
        and changes.year - 1 between from_years.first_year and from_years.last_year

)

select * from problems
where problem is not null
