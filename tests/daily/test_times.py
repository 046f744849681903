"""Days without an hour, and one event in the files of two years: the given cases, landed and scored."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from tests.daily.small_home import EVENT, VERIFICATION, SmallHome, observations

MEASURE = "T1.2"
A, B, C, D, E = "520402", "520403", "520422", "520423", "520424"
CASE = Path(__file__).parents[1] / "landing" / "cases" / "03-date-only-verification"
# 长治's 城区, which went into 潞州区 in 2018; they lie outside of the small home, whose door does not know them.
PART, WHOLE = "140402", "140403"
# The units of the case are not those of the small home.
UNIT_OF_CASE = {"520122": D, "520121": E}


def rows_of_case(source: str) -> list[dict[str, str]]:
    with (CASE / f"{source}.csv").open(encoding="utf-8", newline="") as file:
        return [row | {"unit_code": UNIT_OF_CASE[row["unit_code"]]} for row in csv.DictReader(file)]


def test_day_of_a_verification_covers_its_morning(small_home: SmallHome) -> None:
    """A rejection of 5 June, with and without an hour, against observations of that day and of the day after."""
    captured = {A: "2020-06-05 09:00", B: "2020-06-05 09:00", C: "2020-06-06 09:00"}
    small_home.drop(
        "observation",
        [
            row
            for unit, when in captured.items()
            for row in observations(2019, {MEASURE: "11"}, (unit,), captured_at=when)
        ],
    )
    small_home.drop("observation", rows_of_case("observation"), "case.csv")
    small_home.drop("verification", rows_of_case("verification"), "case.csv")
    rejection = {"verdict": "reject", "measure_code": MEASURE, "reason": "录入错误"}
    small_home.drop(
        "verification",
        [
            VERIFICATION | rejection | {"unit_code": A, "verified_at": "2020-06-05"},
            VERIFICATION | rejection | {"unit_code": B, "verified_at": "2020-06-05 08:00"},
            VERIFICATION | rejection | {"unit_code": C, "verified_at": "2020-06-05"},
        ],
    )
    small_home.build("+int_observation_candidate")
    assert small_home.rows("select unit_code, is_rejected from intermediate.int_observation_candidate order by 1") == [
        (A, True),
        (B, False),
        (C, False),
        (D, True),
        (E, True),
    ]


def test_answer_without_an_hour_is_in_time_by_its_day(small_home: SmallHome) -> None:
    """An ordinary event has 48 hours: the second day after a report without an hour is in time, the third is late."""
    event = EVENT | {"captured_at": "2019-09-01 10:15"}
    small_home.drop(
        "opinion_event",
        [
            event | {"cluster_code": "day", "reported_at": "2019-06-10", "response_at": "2019-06-12 23:00"},
            event | {"cluster_code": "late", "reported_at": "2019-06-10", "response_at": "2019-06-13 01:00"},
            event | {"cluster_code": "evening", "reported_at": "2019-06-10 22:00", "response_at": "2019-06-12"},
            event | {"cluster_code": "hours", "reported_at": "2019-06-10 22:00", "response_at": "2019-06-12 22:01"},
        ],
    )
    small_home.build("+int_event_point")
    found = small_home.rows(
        "select cluster_code, is_late, response_level from intermediate.int_event_point "
        "where methodology_code = 'presence' order by 1"
    )
    assert found == [
        ("day", False, "timely"),
        ("evening", False, "timely"),
        ("hours", True, "other"),
        ("late", True, "other"),
    ]


def test_event_in_the_files_of_two_years_counts_in_the_first(small_home: SmallHome) -> None:
    """The same cluster, of New Year's Eve in one file and of New Year's Day in another; and of a part in one and
    of the county that it was merged into in the other."""
    eve = EVENT | {"cluster_code": "x-dup", "response_at": "", "response_kind": "", "responder": ""}
    eve |= {"captured_at": "2019-02-01 09:00", "severity": "ordinary"}
    small_home.drop(
        "opinion_event",
        [
            eve
            | {
                "unit_code": unit,
                "assessment_year": "2018",
                "event_date": "2018-12-31",
                "reported_at": "2018-12-31 22:00",
            }
            for unit in (A, C)
        ],
        "a_2018.csv",
    )
    small_home.drop(
        "opinion_event",
        [
            eve | {"assessment_year": "2019", "event_date": "2019-01-01", "reported_at": "2019-01-01 08:00"},
            eve | {"unit_code": B, "event_date": "2019-01-01", "reported_at": "2019-01-01 08:00"},
            eve | {"unit_code": D, "event_date": "2019-01-01", "reported_at": "2019-01-01 08:00"},
        ],
        "b_2019.csv",
    )
    small_home.load()
    with duckdb.connect(str(small_home.home.warehouse)) as connection:
        for received, merged in ((C, PART), (D, WHOLE)):
            connection.execute("update raw.opinion_event set unit_code = $1 where unit_code = $2", [merged, received])
    small_home.run("+int_event_point")
    found = small_home.rows(
        "select events.assessment_year, events.unit_code, events.report_count, cast(points.points as double) "
        "from intermediate.int_event as events inner join intermediate.int_event_point as points "
        "using (series_code, assessment_year, unit_code, cluster_code) "
        "where points.methodology_code = 'presence' order by all"
    )
    assert found == [(2018, A, 2, -0.5), (2019, B, 1, -0.5)]
    merged = small_home.rows(
        "select assessment_year, unit_code, report_count from intermediate.int_event "
        f"where unit_code in ('{PART}', '{WHOLE}')"
    )
    assert merged == [(2018, PART, 2)]
