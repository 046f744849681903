{{ config(materialized="view") }}

select
    methodologies.methodology_code,
    rules.warning_kind,
    rules.position,
    rules.threshold,
    rules.window_months,
    rules.severity,
    rules.name_zh,
    rules.name_en
from {{ ref('int_tree_warning_rule') }} as rules
inner join {{ ref('stg_methodology') }} as methodologies
    using (tree_code)
