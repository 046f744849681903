{{ config(materialized="view") }}

-- Units of the same value stand in the same group, so groups by size may differ a little in it.
with quantile_groups as (

    select
        series_code,
        assessment_year,
        unit_code,
        peer_rule_code,
        as_of,
        group_count,
        1 + (
            (
                rank() over (
                    partition by series_code, assessment_year, peer_rule_code
                    order by value
                ) - 1
            ) * group_count // count(*) over (partition by series_code, assessment_year, peer_rule_code)
        ) as group_number
    from {{ ref('int_peer_value') }}
    where rule_kind = 'quantile'
        and value is not null

)

{% set places = {'number': 'cast(group_number as varchar)', 'count': 'cast(group_count as varchar)'} %}

select
    series_code,
    assessment_year,
    unit_code,
    peer_rule_code,
    cast(group_number as varchar) as group_code,
    {{ filled('messages.text_zh', places) }} as group_name_zh,
    {{ filled('messages.text_en', places) }} as group_name_en,
    as_of as attribute_as_of
from quantile_groups
inner join {{ ref('stg_message') }} as messages
    on messages.message_code = 'group_by_size'

union all

select
    rule_values.series_code,
    rule_values.assessment_year,
    rule_values.unit_code,
    rule_values.peer_rule_code,
    bands.group_code,
    bands.name_zh as group_name_zh,
    bands.name_en as group_name_en,
    rule_values.as_of as attribute_as_of
from {{ ref('int_peer_value') }} as rule_values
inner join {{ ref('stg_peer_band') }} as bands
    on rule_values.series_code = bands.series_code
    and rule_values.peer_rule_code = bands.peer_rule_code
    and rule_values.value >= bands.lower_bound
    and (bands.upper_bound is null or rule_values.value < bands.upper_bound)
where rule_values.rule_kind = 'band'
