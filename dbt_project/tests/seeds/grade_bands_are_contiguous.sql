-- Fails where the bands of a methodology leave a gap, overlap, or do not reach both ends. A methodology without
-- bands gives no grades.
with bands as (

    select * from {{ ref('int_methodology_grade_band') }}

),

-- Position 1 is the best grade.
neighbouring_bands as (

    select
        methodology_code,
        grade,
        lower_bound,
        upper_bound,
        lag(lower_bound) over (partition by methodology_code order by position) as lower_bound_of_better,
        row_number() over (partition by methodology_code order by position) as place,
        count(*) over (partition by methodology_code) as band_count
    from bands

),

problems as (

    select
        methodology_code,
        grade,
        case
            when place = 1 and upper_bound is not null then 'the best grade must be open above'
            when place = band_count and lower_bound is not null then 'the last grade must be open below'
            when place < band_count and lower_bound is null then 'only the last grade is open below'
            when place > 1 and upper_bound is distinct from lower_bound_of_better
                then 'upper bound and the better grade''s lower bound differ'
            when lower_bound >= upper_bound then 'lower bound must be below upper bound'
        end as problem
    from neighbouring_bands

)

select * from problems
where problem is not null
