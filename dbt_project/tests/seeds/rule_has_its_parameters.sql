-- Fails for every rule that lacks a parameter of its family, has one that cannot be computed with, or carries one of
-- another family (which would be ignored in silence).
with rules as (

    select * from {{ ref('int_methodology_rule') }}

),

problems as (

    select
        methodology_code,
        measure_code,
        rule_family,
        case
            when weight not between 0 and 100000 then 'a weight lies between 0 and 100,000'
            when rule_family = 'linear' and weight <= 0 then 'a linear rule needs a weight above 0'
            when rule_family = 'linear' and (floor is null or target is null or floor = target)
                then 'a linear rule needs a floor and a target that differ'
            when rule_family = 'linear' and transform = 'log' and (floor <= 0 or target <= 0)
                then 'a logarithm needs a floor and a target above 0'
            when rule_family = 'relative' and (floor is null) <> (target is null)
                then 'a relative rule has both floor and target, which tell its direction, or neither'
            when rule_family = 'relative' and weight <= 0 then 'a relative rule needs a weight above 0'
            when rule_family not in ('linear', 'relative') and (floor is not null or target is not null)
                then 'only a linear or relative rule has a floor and a target'
            when rule_family not in ('linear', 'relative') and transform <> 'identity'
                then 'only a linear or relative rule transforms its value'
            when rule_family = 'deduct' and (deduct_per_case is null or deduct_per_case <= 0)
                then 'a deduct rule needs deduct_per_case above 0'
            when rule_family <> 'deduct' and deduct_per_case is not null
                then 'only a deduct rule has deduct_per_case'
            when rule_family = 'veto' and (veto_operator is null or veto_threshold is null)
                then 'a veto rule needs an operator and a threshold'
            when rule_family <> 'veto' and (veto_operator is not null or veto_threshold is not null)
                then 'only a veto rule has an operator and a threshold'
            when rule_family = 'event' and event_source is null then 'an event rule needs an event_source'
            when rule_family <> 'event' and event_source is not null then 'only an event rule has an event_source'
        end as problem
    from rules

)

select * from problems
where problem is not null
