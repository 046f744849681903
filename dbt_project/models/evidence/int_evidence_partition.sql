{# What the last build has counted: the next one counts only what differs. Kept apart from the counts, for a partition
   may have none. #}
-- depends_on: {{ ref('int_evidence_check') }}
-- depends_on: {{ ref('int_evidence_count') }}
-- depends_on: {{ ref('int_evidence_duplicate') }}
{{ evidence_states('checked_year') }}

    union all
{{ evidence_states('record_year') }}

    union all
{{ evidence_states('assessment_year') }}
