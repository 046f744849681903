with quotations as (

    select * from {{ ref('stg_narrative') }}

),

places as (

    select series_code, assessment_year, unit_code as place_code
    from {{ ref('dim_unit') }}

    union

    select series_code, assessment_year, region_code as place_code
    from {{ ref('dim_region') }}

)

select
    places.series_code,
    quotations.assessment_year,
    quotations.place_code,
    cast(
        row_number() over (
            partition by places.series_code, quotations.assessment_year, quotations.place_code
            order by quotations.position, quotations.batch_id, quotations.row_number
        ) as integer
    ) as item_position,
    quotations.section,
    quotations.text,
    quotations.source_name,
    quotations.source_url
from quotations
inner join places
    on quotations.assessment_year = places.assessment_year
    and quotations.place_code = places.place_code
order by places.series_code, quotations.assessment_year, quotations.place_code, item_position
