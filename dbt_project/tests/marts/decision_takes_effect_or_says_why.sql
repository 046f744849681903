-- Fails with each decision that was to take effect and cannot: the source holds another value than the decision expects
-- (it was mended there, or changed otherwise), the code is used twice, the objection or the event is not there or another
-- one. File and row stand beside it: withdraw the decision there, or decide anew.
select
    decision_status,
    decision_code,
    file_name,
    row_number,
    unit_code,
    assessment_year,
    subject_code,
    expected_value,
    expected_state,
    found_value,
    found_state
from {{ ref('decision') }}
where decision_status not in ('in_effect', 'rejected', 'replaced')
