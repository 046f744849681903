-- Fails, and says why, for every tree or methodology whose basis cannot be: one that is not there, that leads back to itself,
-- that is too far away, or of another series; and for a methodology whose tree is not that of its basis, nor based on it.
with bases as (

    select * from {{ ref('int_method_basis') }}

),

trees as (

    select * from {{ ref('tree') }}

),

methodologies as (

    select * from {{ ref('methodology') }}

),

owners as (

    select 'tree' as owner_kind, tree_code as owner_code, based_on from trees

    union all

    select 'methodology' as owner_kind, methodology_code as owner_code, based_on from methodologies

),

problems as (

    select
        owners.owner_kind,
        owners.owner_code,
        owners.based_on,
        case
            when known.owner_code is null then 'what it is based on is not there'
            when exists (
                select 1 from bases
                where bases.owner_kind = owners.owner_kind
                    and bases.owner_code = owners.owner_code
                    and bases.basis_code = owners.owner_code
                    and bases.distance > 0
            ) then 'it is based on itself, by way of others or directly'
            when exists (
                select 1 from bases
                where bases.owner_kind = owners.owner_kind
                    and bases.owner_code = owners.owner_code
                    and bases.distance >= {{ var('max_basis_distance') }}
            ) then 'it is based on another, and that on a third, too many times'
        end as problem
    from owners
    left join bases as known
        on owners.owner_kind = known.owner_kind
        and owners.based_on = known.owner_code
        and known.distance = 0
    where owners.based_on is not null

    union all

    select
        'methodology' as owner_kind,
        methodologies.methodology_code as owner_code,
        methodologies.based_on,
        case
            when methodologies.series_code <> base_methodologies.series_code then 'its basis belongs to another series'
            when not exists (
                select 1 from bases
                where bases.owner_kind = 'tree'
                    and bases.owner_code = methodologies.tree_code
                    and bases.basis_code = base_methodologies.tree_code
            ) then 'its tree is neither that of its basis nor based on it'
        end as problem
    from methodologies
    inner join methodologies as base_methodologies
        on methodologies.based_on = base_methodologies.methodology_code

)

select * from problems
where problem is not null
