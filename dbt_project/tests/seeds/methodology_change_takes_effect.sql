-- Fails, and says why, for every row of methodology_change that changes nothing: of an owner that is based on nothing, of a row or
-- column that its basis lacks, with a value that stands there already or that the column cannot hold; and for every row of a
-- tree or methodology that hides one of its basis, which is to be overridden, or removed first.
with owners as (

    select 'tree' as owner_kind, tree_code as owner_code, based_on from {{ ref('tree') }}

    union all

    select 'methodology' as owner_kind, methodology_code as owner_code, based_on from {{ ref('methodology') }}

),

changes as (

    select * from {{ ref('methodology_change') }}

),

{% for seed_name, seed in var('inherited_seeds').items() %}
{{ seed_name }}_basis as (

    {{ inherited_rows(seed_name, with_own_changes=false) }}

),

{{ seed_name }}_problems as (

    select
        changes.seed_name,
        changes.owner_code,
        changes.row_key,
        changes.column_name,
        changes.value,
        case
            when owners.owner_code is null then 'there is no such {{ seed.owner_kind }}'
            when owners.based_on is null then 'the {{ seed.owner_kind }} is based on none, so there is nothing to change'
            when basis.{{ seed.owner_column }} is null then 'its basis has no such row'
            when (changes.change_kind = 'remove') <> (changes.column_name = '*')
                then 'a row is removed as a whole, with column_name *, and an override names its column'
            when changes.change_kind = 'remove' and changes.value is not null then 'a row that is removed has no value'
            when changes.change_kind = 'remove' then null
            {%- for column, data_type in seed.columns.items() %}
            when changes.column_name = '{{ column }}' then case
                when changes.value is not null and try_cast(changes.value as {{ data_type }}) is null
                    then 'the column holds {{ data_type }}'
                when try_cast(changes.value as {{ data_type }}) is not distinct from basis.{{ column }}
                    then 'the override changes nothing: that is what stands there'
            end
            {%- endfor %}
            else 'the seed has no such column, or it is part of the key'
        end as problem
    from changes
    left join owners
        on changes.owner_code = owners.owner_code
        and owners.owner_kind = '{{ seed.owner_kind }}'
    left join {{ seed_name }}_basis as basis
        on changes.owner_code = basis.{{ seed.owner_column }}
        and changes.row_key = {{ seed_row_key('basis', seed.key) }}
    where changes.seed_name = '{{ seed_name }}'

    union all

    select
        '{{ seed_name }}' as seed_name,
        own_rows.{{ seed.owner_column }} as owner_code,
        {{ seed_row_key('own_rows', seed.key) }} as row_key,
        null as column_name,
        null as value,
        'the row hides one of its basis: override its cells in methodology_change.csv, or remove it there first' as problem
    from {{ ref('stg_' ~ seed_name) }} as own_rows
    inner join {{ seed_name }}_basis as basis
        on own_rows.{{ seed.owner_column }} = basis.{{ seed.owner_column }}
        and {{ seed_row_key('own_rows', seed.key) }} = {{ seed_row_key('basis', seed.key) }}
    left join changes
        on changes.seed_name = '{{ seed_name }}'
        and changes.change_kind = 'remove'
        and own_rows.{{ seed.owner_column }} = changes.owner_code
        and {{ seed_row_key('own_rows', seed.key) }} = changes.row_key
    where changes.row_key is null

),

{% endfor %}
problems as (

    {% for seed_name in var('inherited_seeds') %}
    select * from {{ seed_name }}_problems
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

)

select * from problems
where problem is not null
