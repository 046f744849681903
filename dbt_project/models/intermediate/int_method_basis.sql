{% set max_distance = var('max_basis_distance') %}

with recursive owners as (

    select
        'tree' as owner_kind,
        tree_code as owner_code,
        based_on
    from {{ ref('stg_tree') }}

    union all

    select
        'methodology' as owner_kind,
        methodology_code as owner_code,
        based_on
    from {{ ref('stg_methodology') }}

),

-- The bound ends the walk even where a faulty seed leads back to itself.
bases as (

    select
        owner_kind,
        owner_code,
        owner_code as basis_code,
        0 as distance,
        based_on as next_code
    from owners

    union all

    select
        bases.owner_kind,
        bases.owner_code,
        owners.owner_code as basis_code,
        bases.distance + 1 as distance,
        owners.based_on as next_code
    from bases
    inner join owners
        on bases.owner_kind = owners.owner_kind
        and bases.next_code = owners.owner_code
    where bases.distance < {{ max_distance }}

)

select
    owner_kind,
    owner_code,
    basis_code,
    distance
from bases
