"""Every rule of every contract has a row that breaks it, is named for it, and says what to do."""

from __future__ import annotations

import pytest

from orchestration.landing.contracts import CONTRACTS

from .conftest import GOOD_ROWS, OBSERVATION_ROW, World, csv_text

# Other kinds of decision, as changes to the good row, an upheld objection.
CORRECTION = {"decision_kind": "correction", "objection_code": ""}
NO_VALUES = {"value": "", "expected_value": ""}
REPAIR = {
    "decision_kind": "repair",
    "subject": "opinion_event",
    "measure_code": "",
    "cluster_code": "C1",
    "repaired_at": "2020-03-01",
    **NO_VALUES,
}

OF_EVENT = {"subject": "opinion_event", "measure_code": "", "cluster_code": "C1"}

# (source, rule, changes to a good row, words the message must hold)
ERROR_CASES = [
    ("narrative", "unit_code_missing", {"unit_code": ""}, "blank"),
    ("narrative", "unit_code_too_long", {"unit_code": "5" * 21}, "20 characters"),
    ("narrative", "report_year_missing", {"report_year": ""}, "blank"),
    ("narrative", "report_year_malformed", {"report_year": "2019年"}, "'2019年'"),
    ("narrative", "report_year_unknown", {"report_year": "2031"}, "no edition of any series"),
    ("narrative", "section_missing", {"section": ""}, "blank"),
    ("narrative", "section_too_long", {"section": "政" * 101}, "100 characters"),
    ("narrative", "position_missing", {"position": ""}, "blank"),
    ("narrative", "position_malformed", {"position": "one"}, "whole number"),
    ("narrative", "position_not_positive", {"position": "0"}, "count from 1"),
    ("narrative", "text_missing", {"text": ""}, "blank"),
    ("narrative", "text_too_long", {"text": "字" * 4001}, "4000 characters"),
    ("narrative", "source_name_missing", {"source_name": ""}, "blank"),
    ("narrative", "source_name_too_long", {"source_name": "报" * 301}, "300 characters"),
    ("narrative", "source_url_missing", {"source_url": ""}, "blank"),
    ("narrative", "source_url_malformed", {"source_url": "example.org"}, "http"),
    ("narrative", "source_url_too_long", {"source_url": f"https://example.org/{'a' * 2000}"}, "2000"),
    ("narrative", "spreadsheet_error", {"position": "#DIV/0!"}, "correct the formula"),
    ("narrative", "provenance_missing", {"provenance": ""}, "blank"),
    ("narrative", "provenance_unknown", {"provenance": "real"}, "synthetic"),
    ("unit_attribute", "unit_code_missing", {"unit_code": ""}, "blank"),
    ("unit_attribute", "unit_code_too_long", {"unit_code": "5" * 21}, "20 characters"),
    ("unit_attribute", "unit_code_unknown", {"unit_code": "999999"}, "say that the area is a zone"),
    ("unit_attribute", "area_name_too_long", {"area_name": "南" * 201}, "200 characters"),
    ("unit_attribute", "area_kind_missing", {"area_kind": ""}, "blank"),
    ("unit_attribute", "area_kind_unknown", {"area_kind": "land"}, "unit, region, zone"),
    ("unit_attribute", "part_of_code_too_long", {"part_of_code": "5" * 21}, "20 characters"),
    ("unit_attribute", "part_of_itself", {"part_of_code": "520102"}, "the region above it"),
    ("unit_attribute", "attribute_code_missing", {"attribute_code": ""}, "blank"),
    ("unit_attribute", "attribute_code_unknown", {"attribute_code": "peple"}, "seeds/attributes/attribute.csv"),
    ("unit_attribute", "as_of_missing", {"as_of": ""}, "blank"),
    ("unit_attribute", "as_of_malformed", {"as_of": "2020-11-31"}, "YYYY-MM-DD"),
    ("unit_attribute", "as_of_implausible", {"as_of": "2030-11-01"}, "between 1900 and 2029"),
    ("unit_attribute", "value_missing", {"value": ""}, "blank"),
    ("unit_attribute", "value_malformed", {"value": "104,330"}, "plain number"),
    ("unit_attribute", "value_too_precise", {"value": "1.0000000001"}, "round it"),
    ("unit_attribute", "value_not_whole", {"value": "1.5"}, "whole number"),
    ("unit_attribute", "value_below_lower_bound", {"value": "-1"}, "lower bound 0"),
    ("unit_attribute", "value_above_upper_bound", {"attribute_code": "old_share", "value": "101"}, "upper bound 100"),
    ("unit_attribute", "source_title_missing", {"source_title": ""}, "blank"),
    ("unit_attribute", "source_title_too_long", {"source_title": "普" * 501}, "500 characters"),
    ("unit_attribute", "licence_missing", {"licence": ""}, "blank"),
    ("unit_attribute", "licence_too_long", {"licence": "M" * 201}, "200 characters"),
    ("unit_attribute", "evidence_url_malformed", {"evidence_url": "example.org"}, "http"),
    ("unit_attribute", "evidence_url_too_long", {"evidence_url": f"https://example.org/{'a' * 2000}"}, "2000"),
    ("unit_attribute", "spreadsheet_error", {"value": "#DIV/0!"}, "correct the formula"),
    ("unit_attribute", "provenance_missing", {"provenance": ""}, "blank"),
    ("unit_attribute", "provenance_unknown", {"provenance": "real"}, "synthetic"),
    ("observation", "unit_code_missing", {"unit_code": " "}, "blank"),
    ("observation", "assessment_year_missing", {"assessment_year": ""}, "blank"),
    ("observation", "assessment_year_malformed", {"assessment_year": "2019年"}, "'2019年'"),
    ("observation", "assessment_year_unknown", {"assessment_year": "2031"}, "2017 to 2019"),
    ("observation", "measure_code_missing", {"measure_code": ""}, "blank"),
    ("observation", "measure_code_unknown", {"measure_code": "shaer"}, "nearest: share"),
    ("observation", "measure_comes_from_events", {"measure_code": "E2.1", "value": "-1"}, "inbox/opinion_event"),
    ("observation", "value_malformed", {"value": "91,64"}, "'91,64'"),
    ("observation", "value_malformed", {"measure_code": "found", "value": "95%"}, "without separators, units or %"),
    ("observation", "value_malformed", {"value": "95‰"}, "plain number"),
    ("observation", "unit_code_unknown", {"unit_code": "云岩区"}, "the code of 云岩区 is 520103"),
    ("observation", "unit_code_unknown", {"unit_code": "520171"}, "statistical zone|贵阳市"),
    ("observation", "unit_code_not_in_edition", {"unit_code": "520100"}, "520102 南明区, 520103 云岩区"),
    (
        "observation",
        "unit_code_before_first_day",
        {"unit_code": "520281", "assessment_year": "2017", "captured_at": "2017-02-01"},
        "exists from 2017-04-10 on",
    ),
    ("observation", "unit_name_unfit", {"unit_name": "云岩区"}, "520102' is 南明区 in the frame of 2019"),
    ("observation", "unit_name_unfit", {"unit_name": "南明区", "region_name": "遵义市"}, "says 遵义市南明区"),
    ("observation", "value_malformed", {"value": "1e3"}, "plain number"),
    ("observation", "value_malformed", {"value": "123456789012"}, "11 digits"),
    ("observation", "value_too_precise", {"value": "1.0000000001"}, "round it"),
    ("observation", "value_or_state", {"value": ""}, "neither"),
    ("observation", "value_or_state", {"state": "not_published"}, "both"),
    ("observation", "value_or_state", {"value": "", "state": "observed"}, "neither"),
    ("observation", "state_unknown", {"value": "", "state": "missing"}, "not_published"),
    ("observation", "channel_missing", {"channel": ""}, "government_disclosure"),
    ("observation", "channel_unknown", {"channel": "tv"}, "'tv'"),
    ("observation", "collection_mode_missing", {"collection_mode": ""}, "blank"),
    ("observation", "collection_mode_unknown", {"collection_mode": "post"}, "offline"),
    ("observation", "captured_at_missing", {"captured_at": ""}, "blank"),
    ("observation", "captured_at_malformed", {"captured_at": "2019-02-30"}, "YYYY-MM-DD"),
    ("observation", "captured_at_malformed", {"captured_at": "43802"}, "Excel stores 2019-12-03"),
    ("observation", "captured_at_before_year", {"captured_at": "2018-12-31 23:59"}, "before the assessed year 2019"),
    ("observation", "captured_at_too_late", {"captured_at": "2109-12-03"}, "10 years after the latest edition"),
    ("observation", "captured_at_too_late", {"captured_at": "2030-01-01"}, "is after 2029"),
    ("observation", "evidence_url_malformed", {"evidence_url": "www.example.org"}, "https://"),
    ("observation", "evidence_url_too_long", {"evidence_url": "https://e.org/" + "x" * 2000}, "2000"),
    ("observation", "evidence_hash_malformed", {"evidence_hash": "abc"}, "64 hexadecimal"),
    ("observation", "collector_missing", {"collector": ""}, "blank"),
    ("observation", "collector_too_long", {"collector": "x" * 201}, "200"),
    ("observation", "provenance_missing", {"provenance": ""}, "blank"),
    ("observation", "provenance_unknown", {"provenance": "guess"}, "collected"),
    ("observation", "spreadsheet_error", {"evidence_url": "#N/A"}, "evidence_url #N/A"),
    ("observation", "unit_code_too_short", {"unit_code": "12345"}, "012345"),
    ("observation", "unit_code_too_short", {"unit_code": "10105"}, "a code has 6"),
    ("observation", "unit_code_unknown", {"unit_code": "999999"}, "any year"),
    ("observation", "unit_code_unknown", {"unit_code": "AFG"}, "county_integrity"),
    ("observation", "unit_code_not_in_edition", {"unit_code": "600001"}, "no counterpart"),
    ("observation", "unit_code_split", {"unit_code": "520321"}, "520302 红花岗区, 520303 汇川区, 520304 播州区"),
    ("observation", "unit_code_merged", {"unit_code": "330204"}, "330212 鄞州区"),
    ("observation", "unit_code_merged", {"unit_code": "469003"}, "469009 丙市"),
    ("observation", "value_above_upper_bound", {"value": "121"}, "upper bound 100"),
    ("observation", "value_above_upper_bound", {"value": "100.000000001"}, "upper bound 100"),
    ("observation", "value_below_lower_bound", {"value": "-0.1"}, "lower bound 0"),
    ("observation", "value_not_whole", {"measure_code": "found", "value": "2.5"}, "whole number"),
    ("opinion_event", "cluster_code_missing", {"cluster_code": ""}, "blank"),
    ("opinion_event", "cluster_code_placeholder", {"cluster_code": "0"}, "names nothing"),
    ("opinion_event", "cluster_code_placeholder", {"cluster_code": "NULL"}, "names nothing"),
    ("opinion_event", "cluster_code_placeholder", {"cluster_code": "无"}, "names nothing"),
    ("objection", "objection_code_placeholder", {"objection_code": "-"}, "names nothing"),
    ("decision", "decision_code_placeholder", {"decision_code": "N/A"}, "names nothing"),
    ("opinion_event", "cluster_code_rounded", {"cluster_code": "2.01908E+15"}, "last digits are lost"),
    ("opinion_event", "cluster_code_rounded", {"cluster_code": "2E+15"}, "last digits are lost"),
    ("opinion_event", "cluster_code_rounded", {"cluster_code": "2.019080712e15"}, "last digits are lost"),
    ("objection", "objection_code_rounded", {"objection_code": "2.02E+17"}, "last digits are lost"),
    ("decision", "decision_code_rounded", {"decision_code": "2.02E+17"}, "last digits are lost"),
    ("opinion_event", "cluster_code_too_long", {"cluster_code": "x" * 101}, "100"),
    ("opinion_event", "unit_code_missing", {"unit_code": ""}, "blank"),
    ("opinion_event", "assessment_year_missing", {"assessment_year": ""}, "blank"),
    ("opinion_event", "assessment_year_malformed", {"assessment_year": "x"}, "whole number"),
    (
        "opinion_event",
        "assessment_year_unknown",
        {"assessment_year": "2020", "event_date": "2020-07-01", "captured_at": "2020-08-01"},
        "edition.csv",
    ),
    ("opinion_event", "event_date_missing", {"event_date": ""}, "blank"),
    ("opinion_event", "event_date_malformed", {"event_date": "7 August"}, "YYYY-MM-DD"),
    ("opinion_event", "event_date_outside_year", {"event_date": "2020-07-15"}, "2020-07-15"),
    ("opinion_event", "reported_at_missing", {"reported_at": ""}, "blank"),
    ("opinion_event", "reported_at_malformed", {"reported_at": "2019-08-07 25:00"}, "YYYY-MM-DD"),
    ("opinion_event", "polarity_missing", {"polarity": ""}, "positive, negative"),
    ("opinion_event", "polarity_unknown", {"polarity": "bad"}, "positive, negative"),
    ("opinion_event", "severity_missing", {"severity": ""}, "ordinary"),
    ("opinion_event", "severity_unknown", {"severity": "huge"}, "'huge'"),
    ("opinion_event", "severity_unfit_polarity", {"severity": "national"}, "positive events"),
    ("opinion_event", "reach_missing", {"reach": ""}, "blank"),
    ("opinion_event", "reach_unknown", {"reach": "world"}, "local"),
    ("opinion_event", "responsibility_missing", {"responsibility": ""}, "landslide|natural disaster"),
    ("opinion_event", "responsibility_unknown", {"responsibility": "yes"}, "found"),
    (
        "opinion_event",
        "responsibility_unfit_polarity",
        {"polarity": "positive", "severity": "national", "topic": "praise", "response_kind": "", "response_at": ""},
        "positive event",
    ),
    ("opinion_event", "topic_missing", {"topic": ""}, "blank"),
    ("opinion_event", "topic_unknown", {"topic": "weather"}, "default, praise"),
    ("opinion_event", "topic_unfit_polarity", {"topic": "praise"}, "positive events"),
    ("opinion_event", "headline_missing", {"headline": ""}, "blank"),
    ("opinion_event", "headline_too_long", {"headline": "长" * 501}, "500"),
    ("opinion_event", "responsible_body_too_long", {"responsible_body": "x" * 201}, "200"),
    ("opinion_event", "responder_too_long", {"responder": "x" * 201}, "200"),
    ("opinion_event", "response_at_malformed", {"response_at": "soon"}, "'soon'"),
    ("opinion_event", "response_kind_unknown", {"response_kind": "late"}, "targeted"),
    (
        "opinion_event",
        "response_kind_unfit_polarity",
        {"polarity": "positive", "severity": "national", "topic": "praise", "responsibility": ""},
        "leave it blank",
    ),
    ("opinion_event", "response_incomplete", {"response_at": ""}, "go together"),
    ("opinion_event", "response_incomplete", {"response_kind": "none"}, "go together"),
    ("opinion_event", "response_before_report", {"response_at": "2019-08-07 09:29"}, "before reported_at"),
    ("opinion_event", "response_at_too_late", {"response_at": "2091-08-08"}, "is after 2029"),
    ("opinion_event", "evidence_url_malformed", {"evidence_url": "x"}, "https://"),
    ("opinion_event", "evidence_url_too_long", {"evidence_url": "https://e.org/" + "x" * 2000}, "2000"),
    ("opinion_event", "evidence_hash_malformed", {"evidence_hash": "x"}, "64 hexadecimal"),
    ("opinion_event", "captured_at_missing", {"captured_at": ""}, "blank"),
    ("opinion_event", "captured_at_malformed", {"captured_at": "x"}, "YYYY-MM-DD"),
    ("opinion_event", "captured_at_before_year", {"captured_at": "2018-01-01"}, "before the assessed year"),
    ("opinion_event", "captured_at_too_late", {"captured_at": "2035-01-01"}, "is after 2029"),
    (
        "opinion_event",
        "reported_at_too_late",
        {"reported_at": "2035-01-01", "response_at": "", "response_kind": ""},
        "after 2029",
    ),
    ("opinion_event", "collector_missing", {"collector": ""}, "blank"),
    ("opinion_event", "collector_too_long", {"collector": "x" * 201}, "200"),
    ("opinion_event", "provenance_missing", {"provenance": ""}, "blank"),
    ("opinion_event", "provenance_unknown", {"provenance": "x"}, "synthetic"),
    ("opinion_event", "spreadsheet_error", {"responder": "#REF!"}, "responder #REF!"),
    ("opinion_event", "unit_code_too_short", {"unit_code": "12345"}, "012345"),
    ("opinion_event", "unit_code_unknown", {"unit_code": "999999"}, "any year"),
    ("opinion_event", "unit_code_not_in_edition", {"unit_code": "600001"}, "no counterpart"),
    ("opinion_event", "unit_code_split", {"unit_code": "520321"}, "520304 播州区"),
    ("verification", "subject_missing", {"subject": ""}, "blank"),
    ("verification", "subject_unknown", {"subject": "county"}, "opinion_event"),
    ("verification", "subject_key_unfit", {"cluster_code": "C1"}, "measure_code alone"),
    ("verification", "subject_key_unfit", {"measure_code": ""}, "measure_code alone"),
    (
        "verification",
        "subject_key_unfit",
        {"subject": "opinion_event", "measure_code": "", "verdict": "confirm", "value": ""},
        "cluster_code alone",
    ),
    (
        "verification",
        "event_not_correctable",
        {"subject": "opinion_event", "measure_code": "", "cluster_code": "C1"},
        "reject it",
    ),
    ("verification", "correction_incomplete", {"value": ""}, "neither"),
    ("verification", "correction_incomplete", {"state": "not_published"}, "both"),
    ("verification", "correction_not_expected", {"verdict": "confirm"}, "confirm"),
    ("verification", "reason_missing", {"reason": ""}, "to correct"),
    ("verification", "reason_too_long", {"reason": "x" * 1001}, "1000"),
    ("verification", "unit_code_missing", {"unit_code": ""}, "blank"),
    ("verification", "assessment_year_missing", {"assessment_year": ""}, "blank"),
    ("verification", "assessment_year_malformed", {"assessment_year": "x"}, "whole number"),
    ("verification", "assessment_year_unknown", {"assessment_year": "1999"}, "2017 to 2019"),
    ("verification", "cluster_code_too_long", {"cluster_code": "x" * 101, "measure_code": ""}, "100"),
    ("verification", "verdict_missing", {"verdict": ""}, "blank"),
    ("verification", "verdict_unknown", {"verdict": "maybe"}, "confirm"),
    ("verification", "value_malformed", {"value": "x"}, "plain number"),
    ("verification", "value_too_precise", {"value": "0.12345678901"}, "round it"),
    ("verification", "state_unknown", {"value": "", "state": "x"}, "not_published"),
    ("verification", "verifier_missing", {"verifier": ""}, "blank"),
    ("verification", "verifier_too_long", {"verifier": "x" * 201}, "200"),
    ("verification", "verified_at_missing", {"verified_at": ""}, "blank"),
    ("verification", "verified_at_malformed", {"verified_at": "x"}, "YYYY-MM-DD"),
    ("verification", "verified_at_before_year", {"verified_at": "2018-06-01"}, "before the assessed year"),
    ("verification", "verified_at_too_late", {"verified_at": "2035-01-01"}, "is after 2029"),
    ("verification", "evidence_url_malformed", {"evidence_url": "x"}, "https://"),
    ("verification", "evidence_url_too_long", {"evidence_url": "https://e.org/" + "x" * 2000}, "2000"),
    ("verification", "evidence_hash_malformed", {"evidence_hash": "x"}, "64 hexadecimal"),
    ("verification", "provenance_missing", {"provenance": ""}, "blank"),
    ("verification", "provenance_unknown", {"provenance": "x"}, "synthetic"),
    ("verification", "spreadsheet_error", {"verifier": "#NAME?"}, "verifier #NAME?"),
    ("verification", "measure_code_unknown", {"measure_code": "x"}, "measure.csv"),
    ("verification", "measure_comes_from_events", {"measure_code": "E2.1", "value": "-1"}, "inbox/opinion_event"),
    ("verification", "unit_code_too_short", {"unit_code": "12345"}, "012345"),
    ("verification", "unit_code_unknown", {"unit_code": "999999"}, "any year"),
    ("verification", "unit_code_not_in_edition", {"unit_code": "600001"}, "no counterpart"),
    ("verification", "unit_code_split", {"unit_code": "520321"}, "520304 播州区"),
    ("verification", "unit_code_merged", {"unit_code": "330204"}, "330212 鄞州区"),
    ("verification", "value_above_upper_bound", {"value": "129"}, "upper bound 100"),
    ("verification", "value_below_lower_bound", {"value": "-1"}, "lower bound 0"),
    ("verification", "value_not_whole", {"measure_code": "found", "value": "0.5"}, "whole number"),
    ("opinion_event", "response_incomplete", {"response_kind": "repaired", "response_at": ""}, "a repair have a time"),
    ("objection", "spreadsheet_error", {"submitted_by": "#REF!"}, "submitted_by #REF!"),
    ("decision", "spreadsheet_error", {"reason": "#REF!"}, "reason #REF!"),
    ("objection", "objection_code_missing", {"objection_code": ""}, "blank"),
    ("objection", "objection_code_too_long", {"objection_code": "x" * 101}, "100"),
    ("objection", "request_missing", {"request": ""}, "blank"),
    ("objection", "request_unknown", {"request": "annul"}, "withdraw"),
    ("objection", "request_unfit_subject", {"request": "repair", "value": ""}, "withdraw or repair an opinion event"),
    ("objection", "claim_incomplete", {"value": ""}, "neither"),
    ("objection", "claim_incomplete", {"state": "not_applicable"}, "both"),
    ("objection", "claim_not_expected", {"request": "withdraw"}, "request is withdraw"),
    ("objection", "reason_missing", {"reason": ""}, "blank"),
    ("objection", "reason_too_long", {"reason": "x" * 1001}, "1000"),
    ("objection", "evidence_missing", {"evidence_url": ""}, "SHA-256"),
    ("objection", "submitted_by_missing", {"submitted_by": ""}, "blank"),
    ("objection", "submitted_by_too_long", {"submitted_by": "x" * 201}, "200"),
    ("objection", "submitted_at_missing", {"submitted_at": ""}, "blank"),
    ("objection", "submitted_at_malformed", {"submitted_at": "x"}, "YYYY-MM-DD"),
    ("objection", "submitted_at_before_year", {"submitted_at": "2018-06-01"}, "before the assessed year"),
    ("objection", "submitted_at_too_late", {"submitted_at": "2035-01-01"}, "is after 2029"),
    ("decision", "decision_code_missing", {"decision_code": ""}, "blank"),
    ("decision", "decision_code_too_long", {"decision_code": "x" * 101}, "100"),
    ("decision", "decision_kind_missing", {"decision_kind": ""}, "blank"),
    ("decision", "decision_kind_unknown", {"decision_kind": "ruling"}, "correction"),
    ("decision", "objection_code_too_long", {"objection_code": "x" * 101}, "100"),
    ("decision", "outcome_missing", {"outcome": ""}, "blank"),
    ("decision", "outcome_unknown", {"outcome": "partly"}, "rejected"),
    ("decision", "expected_value_malformed", {"expected_value": "x"}, "plain number"),
    ("decision", "expected_value_too_precise", {"expected_value": "0.12345678901"}, "round it"),
    ("decision", "expected_state_unknown", {"expected_value": "", "expected_state": "observed"}, "not_collected"),
    ("decision", "repaired_at_malformed", {"repaired_at": "x"}, "YYYY-MM-DD"),
    ("decision", "reason_missing", {"reason": ""}, "blank"),
    ("decision", "reason_too_long", {"reason": "x" * 1001}, "1000"),
    ("decision", "officer_code_missing", {"officer_code": ""}, "blank"),
    ("decision", "role_code_missing", {"role_code": ""}, "blank"),
    ("decision", "decided_at_missing", {"decided_at": ""}, "blank"),
    ("decision", "decided_at_malformed", {"decided_at": "x"}, "YYYY-MM-DD"),
    ("decision", "decided_at_before_year", {"decided_at": "2018-06-01"}, "before the assessed year"),
    ("decision", "decided_at_too_late", {"decided_at": "2035-01-01"}, "is after 2029"),
    ("decision", "kind_unfit_subject", {"decision_kind": "repair"}, "a repair of an opinion event"),
    ("decision", "objection_code_unfit", {"objection_code": ""}, "name the objection"),
    ("decision", "objection_code_unfit", {"decision_kind": "correction"}, "a correction has none"),
    ("decision", "outcome_unfit_kind", CORRECTION | {"outcome": "rejected", **NO_VALUES}, "delete the row"),
    ("decision", "result_incomplete", {"value": ""}, "neither"),
    ("decision", "result_incomplete", {"state": "not_collected"}, "both"),
    ("decision", "expected_incomplete", {"expected_value": ""}, "not_collected"),
    ("decision", "expected_incomplete", {"expected_state": "not_published"}, "exactly one"),
    ("decision", "result_not_expected", {"outcome": "rejected"}, "clear them"),
    ("decision", "result_changes_nothing", {"expected_value": "95.0"}, "already"),
    ("decision", "repaired_at_unfit", {"repaired_at": "2020-01-02"}, "other decisions have none"),
    ("decision", "repaired_at_unfit", REPAIR | {"repaired_at": ""}, "needs the time"),
    ("decision", "decided_before_repair", REPAIR | {"repaired_at": "2020-04-01"}, "after it was made"),
    ("decision", "officer_unknown", {"officer_code": "O9"}, "'O9'"),
    ("decision", "officer_without_role", {"role_code": "panel"}, "did not hold"),
    ("decision", "officer_without_role", {"officer_code": "O3", "role_code": "panel"}, "2020-03-20"),
    ("decision", "kind_not_allowed", CORRECTION | {"officer_code": "O2", "role_code": "panel"}, "who may: lead"),
    ("decision", "decider_is_party", {"officer_code": "O4", "role_code": "panel"}, "somebody else"),
    ("decision", "decider_is_party", {"unit_code": "520281", "officer_code": "O2", "role_code": "panel"}, "520281"),
]
# What objections and decisions have in common with verifications.
SHARED_RULES = {
    *("unit_code_missing", "assessment_year_missing", "assessment_year_malformed", "assessment_year_unknown"),
    *("subject_missing", "subject_unknown", "subject_key_unfit", "cluster_code_too_long"),
    *("value_malformed", "value_too_precise", "state_unknown", "evidence_url_malformed", "evidence_url_too_long"),
    *("evidence_hash_malformed", "provenance_missing", "provenance_unknown"),
    *("measure_code_unknown", "measure_comes_from_events", "unit_code_too_short", "unit_code_unknown"),
    *("unit_code_not_in_edition", "unit_code_split", "unit_code_merged"),
    *("value_above_upper_bound", "value_below_lower_bound", "value_not_whole"),
}
ERROR_CASES += [
    (source, rule, changes, words)
    for source in ("objection", "decision")
    for its_source, rule, changes, words in ERROR_CASES
    if its_source == "verification" and rule in SHARED_RULES and changes.keys() <= GOOD_ROWS[source].keys()
]
# Tried with observations; the same in all sources.
RULES_OF_THE_UNIT = ("unit_code_before_first_day", "unit_name_unfit", "unit_name_unknown")
NEEDS_OTHER_ROWS = {
    ("narrative", "repeated_key"),
    ("narrative", "duplicate_row"),
    ("opinion_event", "cluster_on_several_days"),
    ("objection", "duplicate_row"),
    ("decision", "duplicate_row"),
    ("objection", "code_repeated"),
    ("decision", "code_repeated"),
    ("observation", "duplicate_row"),
    ("opinion_event", "duplicate_row"),
    ("verification", "duplicate_row"),
    ("observation", "funnel_order"),
    ("observation", "repeated_key"),
    ("unit_attribute", "repeated_key"),
    ("unit_attribute", "duplicate_row"),
    ("opinion_event", "cluster_in_several_units"),
}
WARNING_CASES = [
    ("unit_attribute", "part_of_without_total", {"part_of_code": "520100"}),
    ("observation", "unit_not_assessed", {"unit_code": "540102"}),
    ("opinion_event", "unit_not_assessed", {"unit_code": "540102"}),
    ("opinion_event", "unit_code_part_of_whole", {"unit_code": "330204"}),
    ("verification", "unit_code_part_of_whole", {"unit_code": "330204", **OF_EVENT, "verdict": "reject", "value": ""}),
    ("objection", "unit_code_part_of_whole", {"unit_code": "330204", **OF_EVENT, "request": "withdraw", "value": ""}),
    ("decision", "unit_code_part_of_whole", {"unit_code": "330204", **OF_EVENT, "value": "", "expected_value": ""}),
    ("verification", "unit_not_assessed", {"unit_code": "540102"}),
    ("objection", "unit_not_assessed", {"unit_code": "540102"}),
    ("decision", "unit_not_assessed", {"unit_code": "540102"}),
    ("opinion_event", "reported_before_event", {"reported_at": "2019-08-06 09:30"}),
]


def test_every_rule_has_a_case() -> None:
    rules = {(source, rule.name) for source, contract in CONTRACTS.items() for rule in contract.rules()}
    covered = {case[:2] for case in ERROR_CASES} | NEEDS_OTHER_ROWS | {case[:2] for case in WARNING_CASES}
    covered |= {(source, rule) for source in CONTRACTS for rule in RULES_OF_THE_UNIT if (source, rule) in rules}
    assert covered == rules


@pytest.mark.parametrize("source", CONTRACTS)
def test_broken_rules_are_named(world: World, source: str) -> None:
    """All cases of a source in one file: each bad row is quarantined under its rule, the good row is accepted."""
    cases = [case for case in ERROR_CASES if case[0] == source]
    code = f"{source}_code"
    rows = [GOOD_ROWS[source]]
    for number, (_, _, changes, _) in enumerate(cases):
        own_code = {code: f"case {number}"} if code in GOOD_ROWS[source] else {}
        rows.append(GOOD_ROWS[source] | own_code | changes)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    landed = world.land_one(csv_text(rows, columns), source=source)
    quarantined = {row["row_number"]: row for row in world.quarantined(landed)}
    assert [row["row_number"] for row in world.accepted(landed)] == [2]
    assert (landed.row_count, landed.accepted_count, landed.quarantined_count) == (len(rows), 1, len(cases))
    for row_number, (_, rule, changes, words) in enumerate(cases, start=3):
        found = quarantined[row_number]
        assert (found["rule"], changes) == (rule, changes), found["message"]
        assert any(word in found["message"] for word in words.split("|")), found["message"]
        assert len(found["message_zh"].split(";")) == len(found["message"].split("; ")), found["message_zh"]
        for column, cell in changes.items():
            assert cell.strip() == "" or cell[:100] in found["raw_payload"].replace("\\u3000", "　"), column


@pytest.mark.parametrize(("source", "rule", "changes"), WARNING_CASES)
def test_warnings_keep_the_row(world: World, source: str, rule: str, changes: dict[str, str]) -> None:
    landed = world.land_one(csv_text([GOOD_ROWS[source] | changes]), source=source)
    assert (landed.accepted_count, landed.quarantined_count) == (1, 0)
    assert set(world.warnings(landed)) == {rule}
    assert landed.warning_count == 1


@pytest.mark.parametrize("source", CONTRACTS)
def test_the_later_of_two_equal_rows_is_quarantined(world: World, source: str) -> None:
    good = GOOD_ROWS[source]
    code = {f"{source}_code": "another"} if source in ("objection", "decision") else {}
    landed = world.land_one(csv_text([good, {**good, **code, "provenance": "collected"}, good, good]), source=source)
    assert [(row["row_number"], row["rule"]) for row in world.quarantined(landed)] == [
        (4, "duplicate_row"),
        (5, "duplicate_row"),
    ]
    assert "row 2" in world.quarantined(landed)[1]["message"]
    assert landed.accepted_count == 2


@pytest.mark.parametrize("source", ["objection", "decision"])
def test_a_code_names_one_row(world: World, source: str) -> None:
    good, code = GOOD_ROWS[source], f"{source}_code"
    landed = world.land_one(csv_text([good, good | {"reason": "另一理由"}, good | {code: "another"}]), source=source)
    assert [(row["row_number"], row["rule"]) for row in world.quarantined(landed)] == [
        (2, "code_repeated"),
        (3, "code_repeated"),
    ]
    assert [row[code] for row in world.accepted(landed)] == ["another"]


def test_funnel_order_is_a_warning(world: World) -> None:
    """X2 of the published report: 408 prosecuted, 394 filed."""
    rows = [
        OBSERVATION_ROW | {"measure_code": "prosecuted", "value": "408"},
        OBSERVATION_ROW | {"measure_code": "filed", "value": "394"},
        OBSERVATION_ROW | {"measure_code": "prosecuted", "value": "394", "unit_code": "520103"},
        OBSERVATION_ROW | {"measure_code": "filed", "value": "394", "unit_code": "520103"},
        OBSERVATION_ROW | {"measure_code": "prosecuted", "value": "5", "unit_code": "520281"},
    ]
    landed = world.land_one(csv_text(rows))
    warning = world.warnings(landed)["funnel_order"]
    assert landed.accepted_count == 5
    assert warning["unexpected_count"] == 1
    assert warning["sample"] == [
        "row 2: value 408 of prosecuted is larger than 394 of the earlier stage filed: check both (the row is kept)"
    ]


def test_rows_that_share_a_key_are_kept_with_a_warning(world: World) -> None:
    landed = world.land_one(csv_text([OBSERVATION_ROW, OBSERVATION_ROW | {"value": "10"}]))
    assert landed.accepted_count == 2
    assert world.warnings(landed)["repeated_key"]["unexpected_count"] == 2


def test_two_values_of_an_attribute_are_kept_with_a_warning(world: World) -> None:
    row = GOOD_ROWS["unit_attribute"]
    other_day, other_area = row | {"as_of": "2010-11-01"}, row | {"unit_code": "520103"}
    rows = [row, row | {"value": "5"}, other_day, other_area, row | {"attribute_code": "old_share", "value": "9"}]
    landed = world.land_one(csv_text(rows), source="unit_attribute")
    assert landed.accepted_count == 5
    assert world.warnings(landed)["repeated_key"]["unexpected_count"] == 2


def test_an_attribute_belongs_to_no_edition(world: World) -> None:
    """A code of any year stands as received, zones and regions have codes of their own, and no series is told."""
    row = GOOD_ROWS["unit_attribute"]
    rows = [
        row | {"unit_code": "520100", "area_kind": "region"},
        row | {"unit_code": "520222", "part_of_code": "520100", "as_of": "2010-11-01"},
        row | {"unit_code": "5201Z1", "area_kind": "zone", "part_of_code": "520100"},
    ]
    landed = world.land_one(csv_text(rows), source="unit_attribute")
    assert world.warnings(landed) == {}
    accepted = world.accepted(landed)
    assert [row["unit_code"] for row in accepted] == ["520100", "520222", "5201Z1"]
    assert {row["series_code"] for row in accepted} == {None}


def test_a_cluster_over_several_units_is_a_warning(world: World) -> None:
    event = GOOD_ROWS["opinion_event"]
    rows = [event, event | {"unit_code": "520103"}, event | {"cluster_code": "C2"}]
    landed = world.land_one(csv_text(rows), source="opinion_event")
    assert landed.accepted_count == 3
    assert world.warnings(landed)["cluster_in_several_units"]["unexpected_count"] == 2


def test_no_warning_says_that_a_quarantined_row_is_kept(world: World) -> None:
    """Nor that both are kept of two rows of which one is in quarantine."""
    twice, filed = OBSERVATION_ROW, OBSERVATION_ROW | {"measure_code": "filed", "value": "394"}
    rows = [
        twice,
        twice | {"value": "10", "evidence_url": "none"},
        filed,
        filed | {"measure_code": "prosecuted", "value": "408", "evidence_url": "none"},
        OBSERVATION_ROW | {"unit_code": "540102", "evidence_url": "none"},
    ]
    landed = world.land_one(csv_text(rows))
    assert (landed.quarantined_count, landed.warning_count) == (3, 0)
    assert world.warnings(landed) == {}


def test_all_faults_of_a_row_are_told_at_once(world: World) -> None:
    landed = world.land_one(
        csv_text([OBSERVATION_ROW | {"value": "121", "channel": "tv", "captured_at": "2018-01-01"}])
    )
    (row,) = world.quarantined(landed)
    assert (row["rule"], row["column_name"]) == ("channel_unknown", "channel")
    assert all(word in row["message"] for word in ("'tv'", "upper bound 100", "2018-01-01"))
    assert (row["unit_code"], row["assessment_year"], row["measure_code"]) == ("520102", 2019, "share")
    assert row["row_key"] == "520102|2019|share|tv|online|2018-01-01"


def test_what_blank_cells_stand_for(world: World) -> None:
    states = [{"value": "3"}, {"value": "3", "state": "observed"}, {"value": "", "state": "not_collected"}]
    landed = world.land_one(csv_text([OBSERVATION_ROW | changes for changes in states]))
    assert [row["state"] for row in world.accepted(landed)] == ["observed", "observed", "not_collected"]
    event = GOOD_ROWS["opinion_event"]
    positive = {
        "polarity": "positive",
        "severity": "routine",
        "topic": "praise",
        "response_kind": "",
        "response_at": "",
    }
    events = [
        event | positive | {"responsibility": ""},
        event | positive | {"responsibility": "found", "response_kind": "none"},
        event | {"response_kind": "", "response_at": ""},
        event | {"response_kind": "repaired"},
    ]
    landed = world.land_one(csv_text(events), source="opinion_event")
    assert [(row["responsibility"], row["response_kind"]) for row in world.accepted(landed)] == [
        ("found", None),
        ("found", None),
        ("reported", "none"),
        ("reported", "repaired"),
    ]


def test_times_are_china_standard_time(world: World) -> None:
    written = {
        "2019-12-03": "2019-12-03T00:00:00",
        "2019-12-03 10:15": "2019-12-03T10:15:00",
        "2019-12-03T10:15:30": "2019-12-03T10:15:30",
        "2019-12-03T02:15:00Z": "2019-12-03T10:15:00",
        "2019-12-03 02:15:00+00:00": "2019-12-03T10:15:00",
        "2019-12-03T10:15:00.250+0800": "2019-12-03T10:15:00",
        "2018-12-31T17:00:00Z": "2019-01-01T01:00:00",
    }
    landed = world.land_one(csv_text([OBSERVATION_ROW | {"captured_at": text} for text in written]))
    assert [row["captured_at"].isoformat() for row in world.accepted(landed)] == list(written.values())


def test_a_time_may_lie_ten_years_after_the_latest_edition_of_the_series(world: World) -> None:
    """Not after its own: the first years of a series may have been collected long after them."""
    last = OBSERVATION_ROW | {"assessment_year": "2017", "captured_at": "2029-12-31 23:59:59"}
    landed = world.land_one(csv_text([last, last | {"captured_at": "2029-12-31T16:00:00Z"}]))
    assert [row["row_number"] for row in world.accepted(landed)] == [2]
    assert [row["rule"] for row in world.quarantined(landed)] == ["captured_at_too_late"]


def test_values_are_exact_decimals(world: World) -> None:
    written = ["0.1", "+7", "007.50", "100.000000000", ".5", "0.123456789", "1.50000000000"]
    landed = world.land_one(csv_text([OBSERVATION_ROW | {"value": text} for text in written]))
    assert [str(row["value"]) for row in world.accepted(landed)] == [
        "0.100000000",
        "7.000000000",
        "7.500000000",
        "100.000000000",
        "0.500000000",
        "0.123456789",
        "1.500000000",
    ]


def test_a_measure_without_bounds_takes_any_value(world: World) -> None:
    row = OBSERVATION_ROW | {"unit_code": "AFG", "measure_code": "free", "value": "-99999999999.999999999"}
    landed = world.land_one(csv_text([row]))
    (accepted,) = world.accepted(landed)
    assert (accepted["series_code"], str(accepted["value"])) == ("countries", "-99999999999.999999999")


def test_verification_of_an_event(world: World) -> None:
    row = GOOD_ROWS["verification"] | {
        "subject": "opinion_event",
        "measure_code": "",
        "cluster_code": "C1",
        "verdict": "reject",
        "value": "",
    }
    landed = world.land_one(csv_text([row, row | {"verdict": "confirm", "reason": ""}]), source="verification")
    assert [(item["series_code"], item["state"]) for item in world.accepted(landed)] == [("county_integrity", None)] * 2
