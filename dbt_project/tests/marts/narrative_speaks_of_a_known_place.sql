-- Warns of each quotation on a place that no edition of its year has: it would never be printed.
{{ config(severity='warn') }}

select quotations.*
from {{ ref('stg_narrative') }} as quotations
left join {{ ref('narrative') }} as printed
    on quotations.assessment_year = printed.assessment_year
    and quotations.place_code = printed.place_code
where printed.place_code is null
