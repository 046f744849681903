-- Fails for every node whose own parameters cannot be computed with: marks, coverage, rounding policy, position.
with nodes as (

    select * from {{ ref('int_tree_node') }}

),

problems as (

    select
        tree_code,
        node_code,
        case
            when node_code = 'base' then 'base is the name under which averages of the base score are published'
            when full_mark <= min_mark then 'full_mark must be above min_mark'
            when min_coverage_denominator <= 0 or min_coverage_numerator not between 0 and min_coverage_denominator
                then 'the lowest coverage must be a fraction between 0 and 1'
            when rounding_mode <> 'none' and (rounding_digits is null or rounding_digits not between 0 and 10)
                then 'a rounding policy needs rounding_digits between 0 and 10'
            when rounding_mode = 'none' and rounding_digits is not null
                then 'rounding_digits without a rounding policy'
            when count(*) over (partition by tree_code, parent_node_code, position) > 1
                then 'two siblings have the same position'
        end as problem
    from nodes

)

select * from problems
where problem is not null
