select event.*, unit.lineage_code
from marts.opinion_event as event
inner join marts.dim_unit as unit
    on event.assessment_year = unit.assessment_year and event.unit_code = unit.unit_code
inner join marts.release_info as info
    on event.assessment_year = info.assessment_year
    and event.methodology_code = info.methodology_code
    and info.is_primary_methodology
order by unit.lineage_code, event.event_date desc, event.cluster_code, event.assessment_year, event.unit_code
