{#
  The rows of one inherited seed (`inherited_seeds` in dbt_project.yml) as each tree or methodology has them: its own and
  those of what it is based on, without the rows that it or something between removes, with the cells that they override.
  What stands nearer wins. `with_own_changes` false leaves the changes of the tree or methodology itself out: what they
  are changes of.
#}
{% macro inherited_rows(seed_name, with_own_changes=true) %}
    {%- set seed = var('inherited_seeds')[seed_name] -%}
    with bases as (

        select * from {{ ref('int_method_basis') }}
        where owner_kind = '{{ seed.owner_kind }}'

    ),

    definitions as (

        select
            bases.owner_code,
            bases.distance,
            {{ seed_row_key('seed_rows', seed.key) }} as row_key,
            seed_rows.*
        from bases
        inner join {{ ref('stg_' ~ seed_name) }} as seed_rows
            on bases.basis_code = seed_rows.{{ seed.owner_column }}
        {%- if not with_own_changes %}
        where bases.distance > 0
        {%- endif %}
        qualify row_number() over (
            partition by bases.owner_code, {{ seed_row_key('seed_rows', seed.key) }} order by bases.distance
        ) = 1

    ),

    changes as (

        select
            definitions.owner_code,
            definitions.row_key,
            stated.change_kind,
            stated.column_name,
            stated.value,
            row_number() over (
                partition by definitions.owner_code, definitions.row_key, stated.change_kind, stated.column_name
                order by bases.distance
            ) as precedence
        from definitions
        inner join bases
            on definitions.owner_code = bases.owner_code
            and bases.distance < definitions.distance
        inner join {{ ref('stg_methodology_change') }} as stated
            on bases.basis_code = stated.owner_code
            and definitions.row_key = stated.row_key
            and stated.seed_name = '{{ seed_name }}'
        {%- if not with_own_changes %}
        where bases.distance > 0
        {%- endif %}

    ),

    changed_rows as (

        select
            owner_code,
            row_key,
            bool_or(change_kind = 'remove') as is_removed
            {%- for column in seed.columns %},
            bool_or(column_name = '{{ column }}') as has_{{ column }},
            max(case when column_name = '{{ column }}' then value end) as new_{{ column }}
            {%- endfor %}
        from changes
        where precedence = 1
        group by owner_code, row_key

    )

    select
        definitions.owner_code as {{ seed.owner_column }},
        {%- for column in seed.key %}
        definitions.{{ column }},
        {%- endfor %}
        {%- for column, data_type in seed.columns.items() %}
        case
            when changed_rows.has_{{ column }} then cast(changed_rows.new_{{ column }} as {{ data_type }})
            else definitions.{{ column }}
        end as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from definitions
    left join changed_rows
        on definitions.owner_code = changed_rows.owner_code
        and definitions.row_key = changed_rows.row_key
    where not coalesce(changed_rows.is_removed, false)
{% endmacro %}

{# How a row of methodology_change names a row of a seed: its key, several columns joined by a stroke. #}
{% macro seed_row_key(relation, key) -%}
    {% for column in key %}{{ relation }}.{{ column }}{{ " || '/' || " if not loop.last }}{% endfor %}
{%- endmacro %}
