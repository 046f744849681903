{%- set inputs = {
    "units": (ref("int_scenario_unit"), ["subject_code"]),
    "rates": (ref("int_scenario_rate"), ["target_code"]),
    "scopes": (ref("int_scenario_scope"), ["target_code"]),
    "errors": (ref("int_scenario_error"), ["methodology_code"]),
    "nodes": (ref("int_scenario_node"), ["methodology_code"]),
    "grade_bands": (ref("stg_grade_band"), ["methodology_code"]),
    "factors": (ref("stg_scenario_factor"), ["scenario_code"]),
    "draws": (ref("int_scenario_draw"), ["scenario_code", "methodology_code"]),
} -%}

-- Which edition is the latest is asked for sensitivities alone.
with subjects as (

    select * exclude (is_latest) from {{ ref('int_scenario_subject') }}

)

{%- for name, (relation, keys) in inputs.items() %},

{{ name }} as (

    select
        {{ keys | join(", ") }},
        count(*) || ' ' || sum(cast(hash(lines) as hugeint)) as content
    from {{ relation }} as lines
    group by {{ keys | join(", ") }}

)
{%- endfor %}

select
    subjects.subject_code,
    md5(concat_ws(
        '/', hash(subjects){% for name in inputs %}, coalesce({{ name }}.content, ''){% endfor %}
    )) as input_fingerprint
from subjects
{%- for name, (relation, keys) in inputs.items() %}
left join {{ name }} using ({{ keys | join(", ") }})
{%- endfor %}
