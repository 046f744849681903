-- Fails for every tree with event rules that lacks a level of a factor: an event of that level would drop out of the
-- score. The levels are those that the opinion_event source accepts and the event rule names. Fails too for a severity
-- of negative events without a time limit, and for a factor that nothing uses.
with nodes as (

    select * from {{ ref('int_tree_node') }}

),

methodologies as (

    select * from {{ ref('methodology') }}

),

rules as (

    select * from {{ ref('int_methodology_rule') }}

),

factors as (

    select * from {{ ref('int_tree_event_factor') }}

),

event_trees as (

    select distinct methodologies.tree_code
    from rules
    inner join methodologies
        on rules.methodology_code = methodologies.methodology_code
    where rules.rule_family = 'event'

),

expected_levels as (

    select factor_kind, factor_level
    from (
        values
        ('base_negative', 'particularly_major'),
        ('base_negative', 'major'),
        ('base_negative', 'larger'),
        ('base_negative', 'ordinary'),
        ('base_positive', 'national'),
        ('base_positive', 'provincial'),
        ('base_positive', 'municipal'),
        ('base_positive', 'routine'),
        ('reach', 'local'),
        ('reach', 'provincial'),
        ('reach', 'national'),
        ('responsibility', 'found'),
        ('responsibility', 'reported'),
        ('responsibility', 'none'),
        ('response', 'repaired'),
        ('response', 'timely'),
        ('response', 'other'),
        ('response_fault', 'late'),
        ('response_fault', 'off_point'),
        ('response_fault', 'wrong_body'),
        ('response_fault', 'silent')
    ) as levels (factor_kind, factor_level)

),

expected_factors as (

    select
        event_trees.tree_code,
        expected_levels.factor_kind,
        expected_levels.factor_level
    from event_trees
    cross join expected_levels

)

select
    coalesce(expected_factors.tree_code, factors.tree_code) as tree_code,
    coalesce(expected_factors.factor_kind, factors.factor_kind) as factor_kind,
    coalesce(expected_factors.factor_level, factors.factor_level) as factor_level,
    factors.factor_value,
    factors.limit_hours
from expected_factors
full outer join factors
    on expected_factors.tree_code = factors.tree_code
    and expected_factors.factor_kind = factors.factor_kind
    and expected_factors.factor_level = factors.factor_level
where expected_factors.tree_code is null
    or factors.tree_code is null
    or (factors.factor_kind = 'base_negative') <> (factors.limit_hours is not null)
    or (factors.factor_kind = 'response_fault' and factors.factor_value >= 0)
    or (factors.factor_kind <> 'response_fault' and factors.factor_value < 0)
