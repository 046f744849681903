{% set max_distance = var('max_basis_distance') %}

with recursive owners as (

    -- A tree that is based on none needs no row in tree.csv.
    select distinct
        'tree' as owner_kind,
        coalesce(trees.tree_code, methodologies.tree_code) as owner_code,
        trees.based_on
    from {{ ref('stg_tree') }} as trees
    full outer join {{ ref('stg_methodology') }} as methodologies
        on trees.tree_code = methodologies.tree_code

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
