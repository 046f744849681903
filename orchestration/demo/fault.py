"""Rows that must not get through the door: one function a fault, each breaking one thing of a sound row.

The first group leaves unit, year and measure readable, so that a cell whose only row is broken shows as quarantined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orchestration.demo.frame import Measure

Record = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One way to break an observation: `fits` says for which measures it is a fault at all."""

    name: str
    change: Callable[[Record, Measure], Record]
    fits: Callable[[Measure], bool] = lambda measure: True


def _with(**cells: str | None) -> Callable[[Record, Measure], Record]:
    return lambda record, measure: {**record, **cells}


def _value(text: str) -> Callable[[Record, Measure], Record]:
    return _with(value=text, state=None)


def stray_unit(code: str) -> Fault:
    """Of a unit that the edition has no longer."""
    return Fault("stray_unit", _with(unit_code=code))


OBSERVATION_FAULTS = (
    Fault(
        "above_upper_bound",
        lambda record, measure: {**record, "value": f"{measure.upper_hundredths // 100 + 3}", "state": None},
        lambda measure: measure.upper_hundredths <= 10_000,
    ),
    Fault("not_whole", _value("1.5"), lambda measure: measure.is_whole),
    Fault("per_mille_sign", _value("916.4‰"), lambda measure: measure.is_percentage),
    Fault("below_lower_bound", _value("-1")),
    Fault("neither_value_nor_state", _with(value=None, state=None)),
    Fault("both_value_and_state", _with(value="1", state="not_published")),
    Fault("value_in_words", _value("约八成")),
    Fault("value_with_separator", _value("1,200")),
    Fault("value_too_precise", _value("1.00000000001")),
    Fault("spreadsheet_error", _value("#REF!")),
    Fault("impossible_date", _with(captured_at="2020-13-40")),
    Fault("unreadable_date", _with(captured_at="去年年底")),
    Fault("no_capture_time", _with(captured_at=None)),
    Fault("captured_before_year", _with(captured_at="2015-03-01 09:00")),
    Fault("unknown_channel", _with(channel="weixin")),
    Fault("no_channel", _with(channel=None)),
    Fault("unknown_collection_mode", _with(collection_mode="by phone")),
    Fault("unknown_state", _with(value=None, state="N/A")),
    Fault("no_collector", _with(collector=None)),
    Fault("unreadable_hash", _with(evidence_hash="deadbeef")),
    Fault("unreadable_url", _with(evidence_url="见附件 synthetic")),
)

# Rows whose unit, year or measure cannot be used.
OBSERVATION_KEY_FAULTS = (
    Fault("unknown_unit", _with(unit_code="999999")),
    Fault("short_unit", _with(unit_code="52011")),
    Fault("no_unit", _with(unit_code=None)),
    Fault("unknown_measure", _with(measure_code="T9.9")),
    Fault("no_measure", _with(measure_code=None)),
    Fault("measure_of_events", _with(measure_code="E1.1")),
    Fault("measure_of_another_series", _with(measure_code="life_expectancy_years")),
    Fault("unknown_year", _with(assessment_year="2031")),
    Fault("year_in_words", _with(assessment_year="二〇一九")),
)

# Codes that a later edition has no single counterpart for: province → codes, as delivered for 2019.
STRAY_UNIT_CODES_2019 = {
    "520000": ("520321",),  # 遵义县, divided among three districts in 2016
    "140000": ("140202", "140402"),  # 大同市城区, divided in 2018; 长治市城区, merged with 郊区 in 2018
    "510000": ("511521",),  # 宜宾县, divided in 2018
}

EVENT_FAULTS: tuple[tuple[str, str, Record], ...] = (
    # name, polarity of the sound row, what is wrong
    (
        "outside_the_year",
        "negative",
        {
            "headline": "独山县形象工程政绩工程问题再次发酵(标题引自2019年度报告;级别、时间等为合成 synthetic)",
            "unit_code": "522726",
            "event_date": "2020-07-12",
            "reported_at": "2020-07-12 20:00",
            "response_at": "2020-07-14 20:00",
            "captured_at": "2020-07-20 09:00",
        },
    ),
    ("no_responsibility", "negative", {"responsibility": None}),
    ("unknown_topic", "negative", {"topic": "gossip"}),
    ("topic_of_other_polarity", "negative", {"topic": "award_or_pilot"}),
    ("severity_of_other_polarity", "negative", {"severity": "national"}),
    ("unknown_polarity", "negative", {"polarity": "neutral"}),
    ("impossible_date", "negative", {"event_date": "2019-02-30"}),
    ("answer_before_report", "negative", {"response_at": "2019-01-01 00:00", "reported_at": "2019-12-01 08:00"}),
    ("answer_without_kind", "negative", {"response_kind": None}),
    ("no_headline", "negative", {"headline": None}),
    ("no_cluster", "negative", {"cluster_code": None}),
    ("unknown_unit", "negative", {"unit_code": "999999"}),
    ("positive_with_answer", "positive", {"response_kind": "targeted", "response_at": "2019-12-30 12:00"}),
    ("positive_only_reported", "positive", {"responsibility": "reported"}),
)

VERIFICATION_FAULTS: tuple[tuple[str, str, Record], ...] = (
    # name, verdict of the sound row (of an observation), what is wrong
    ("unknown_verdict", "confirm", {"verdict": "maybe"}),
    ("unknown_subject", "confirm", {"subject": "rumour"}),
    ("correct_without_value", "correct", {"value": None, "state": None}),
    ("correct_without_reason", "correct", {"reason": None}),
    ("correct_above_bound", "correct", {"value": "1000000000", "state": None}),
    ("confirm_with_value", "confirm", {"value": "1"}),
    ("no_measure", "confirm", {"measure_code": None}),
    ("unknown_unit", "confirm", {"unit_code": "999999"}),
    ("impossible_time", "confirm", {"verified_at": "2020-06-31 10:00"}),
    ("corrected_event", "correct", {"subject": "opinion_event", "measure_code": None, "cluster_code": "synthetic"}),
)
