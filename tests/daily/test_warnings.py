"""Early warnings over a rolling twelve months: each rule fires at its threshold, clears when it should, and a single
event file of a year that nobody has observed yet raises one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.warning.reading import read_warnings
from tests.daily.small_home import EVENT, UNITS, SmallHome, observations, rows

SILENT = {"responder": "", "response_at": "", "response_kind": "none"}
COLUMNS = "unit_code, warning_kind, node_code, subject_code, value, first_seen, last_seen, cleared_on"
EVENTFUL, ANSWERED, VETOED, FALLEN, MENDED, CALM = UNITS


def of_kind(warehouse: Path, *kinds: str, methodology: str = "quality") -> list[tuple]:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return rows(
        warehouse,
        f"""
        select {COLUMNS} from marts.warning
        where methodology_code = '{methodology}' and warning_kind in ({listed})
        order by warning_kind, unit_code, first_seen
        """,
    )


def event(unit: str, cluster: str, day: str, **changes: str) -> dict[str, str]:
    times = {"event_date": day, "reported_at": f"{day} 08:00", "captured_at": f"{day} 20:00"}
    return EVENT | SILENT | {"unit_code": unit, "cluster_code": cluster, "assessment_year": day[:4]} | times | changes


@pytest.fixture(scope="module")
def mid_year(tmp_path_factory: pytest.TempPathFactory, seeded: Path) -> SmallHome:
    """An observed edition of 2018, and one event file of May 2019: nothing else of 2019 is there."""
    small = SmallHome.copied(seeded, Home(tmp_path_factory.mktemp("mid_year") / "home"))
    small.drop("observation", observations(2018))
    small.drop(
        "opinion_event",
        [
            event(EVENTFUL, "C1", "2019-05-02", severity="particularly_major", captured_at="2019-05-04 20:00"),
            # Nearly the threshold: 3 and 1.5 points, both answered.
            event(ANSWERED, "C2", "2019-04-02", severity="major", response_at="2019-04-02 09:00", **BY_THE_BODY),
            event(ANSWERED, "C3", "2019-04-03", severity="major", response_at="2019-04-05 09:00", **BY_THE_BODY),
        ],
        "may.csv",
    )
    small.build("+warning", "+frame_place", "+dim_methodology")
    return small


BY_THE_BODY = {"responder": "住建局", "response_kind": "targeted"}


def test_an_event_file_in_mid_year_raises_warnings(mid_year: SmallHome) -> None:
    warehouse = mid_year.home.warehouse
    assert rows(warehouse, "select distinct assessment_year from intermediate.int_unit_score") == [(2018,)]
    # 5 points and −2 for silence from the day of the report; the answer was due after 24 hours.
    assert of_kind(warehouse, "event_points") == [
        (EVENTFUL, "event_points", "E", "C1", Decimal(-7), date(2019, 5, 2), date(2019, 5, 4), None),
        # −2.1 for the first, −3 and −1 for the late second.
        (ANSWERED, "event_points", "E", "C3", Decimal("-6.1"), date(2019, 4, 3), date(2019, 5, 4), None),
    ]
    assert of_kind(warehouse, "response_overdue") == [
        (EVENTFUL, "response_overdue", "E2.3", "C1", Decimal(60), date(2019, 5, 3), date(2019, 5, 4), None),
        (ANSWERED, "response_overdue", "E2.3", "C3", Decimal(49), date(2019, 4, 4), date(2019, 4, 4), date(2019, 4, 5)),
    ]
    # Both profiles count events alike.
    assert of_kind(warehouse, "event_points") == of_kind(warehouse, "event_points", methodology="presence")
    assert rows(warehouse, "select distinct as_of from marts.warning") == [(date(2019, 5, 4),)]


def test_warnings_are_found_by_region_and_year(mid_year: SmallHome) -> None:
    with reading(mid_year.home.warehouse) as connection:
        found = read_warnings(connection, year=2019, region="520000")
        assert {warning.unit_code for warning in found} == {EVENTFUL, ANSWERED}
        assert len(found) == 4
        assert [warning.severity for warning in found] == ["high"] * 4
        assert len(read_warnings(connection, only_open=True)) == 3
        assert len(read_warnings(connection, region=ANSWERED)) == 2
        assert read_warnings(connection, year=2018) == []
        with pytest.raises(UsageError, match=r"no edition 2031\. There are: 2017, 2018, 2019"):
            read_warnings(connection, year=2031)
        with pytest.raises(UsageError, match=r"no methodology 'foo'\. There are: presence, quality\."):
            read_warnings(connection, methodology="foo")


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory, mid_year: SmallHome) -> SmallHome:
    """The same home a good year later: answers, the edition of 2019, a new event."""
    small = SmallHome.copied(mid_year.home.root, Home(tmp_path_factory.mktemp("later") / "home"))
    fallen = {"T5.2": "0", "C2.2": "0", "P1.2": "0", "P2.1": "0", "P2.2": "0", "S2.1": "0"}
    vetoed = {"T4.1.probe_timeout_rate": "60"}
    changed = {FALLEN: fallen, VETOED: vetoed}
    edition = [
        row | {"value": changed.get(row["unit_code"], {}).get(row["measure_code"], row["value"])}
        for row in observations(2019)
    ]
    earlier = observations(2019, vetoed, (MENDED,), captured_at="2019-08-01 09:00")
    small.drop("observation", edition + earlier, "2019.csv")
    # Its only use here is to bring the day to which everything is computed.
    small.drop(
        "opinion_event", [event(CALM, "C9", "2019-06-01", captured_at="2020-05-02 09:00", severity="ordinary")], "l.csv"
    )
    small.build("+warning", "+frame_place", "+dim_methodology")
    return small


def test_event_points_leave_after_twelve_months(later: SmallHome) -> None:
    assert [(row[0], *row[-3:]) for row in of_kind(later.home.warehouse, "event_points")] == [
        (EVENTFUL, date(2019, 5, 2), date(2020, 5, 1), date(2020, 5, 2)),
        # Without the first of its two events the second does not reach the threshold.
        (ANSWERED, date(2019, 4, 3), date(2020, 4, 1), date(2020, 4, 2)),
    ]


def test_a_veto_warns_and_one_that_was_mended_has_cleared(later: SmallHome) -> None:
    assert of_kind(later.home.warehouse, "veto") == [
        (
            *(VETOED, "veto", "T4.1", "T4.1.probe_timeout_rate", Decimal(60)),
            *(date(2019, 12, 3), date(2020, 5, 2), None),
        ),
        (
            *(MENDED, "veto", "T4.1", "T4.1.probe_timeout_rate", Decimal(60)),
            *(date(2019, 8, 1), date(2019, 12, 2), date(2019, 12, 3)),
        ),
    ]
    # presence, the primary methodology, has no veto: shown they are nevertheless, and the rest once.
    assert of_kind(later.home.warehouse, "veto", methodology="presence") == []
    with reading(later.home.warehouse) as connection:
        shown = read_warnings(connection)
        assert len(read_warnings(connection, methodology="presence")) == len(shown) - 2
    assert {item.unit_code for item in shown if item.warning_kind == "veto"} == {VETOED, MENDED}
    assert len({(item.unit_code, item.warning_kind, item.subject_code, item.first_seen) for item in shown}) == len(
        shown
    )


def test_a_fall_warns(later: SmallHome) -> None:
    falls = {row[0]: row[4] for row in of_kind(later.home.warehouse, "composite_fall")}
    # Two units by their events, one by its figures.
    assert set(falls) == {EVENTFUL, ANSWERED, FALLEN}
    assert falls[EVENTFUL] == 7
    scores = dict(
        rows(
            later.home.warehouse,
            f"""
            select assessment_year, score from intermediate.int_unit_score
            where methodology_code = 'quality' and unit_code = '{FALLEN}'
            """,
        )
    )
    assert falls[FALLEN] == scores[2018] - scores[2019] >= 5
    zeros = {(row[0], row[2]) for row in of_kind(later.home.warehouse, "indicator_zero")}
    assert {(FALLEN, node) for node in ("T5.2", "C2.2", "P1.2", "P2.1", "P2.2", "S2.1")} <= zeros
    # What was vetoed drops to 0 too; nobody else has a zero.
    assert {unit for unit, _ in zeros} == {FALLEN, VETOED}


def test_a_fall_in_rank_is_one_of_the_peer_group(later: SmallHome) -> None:
    falls = of_kind(later.home.warehouse, "rank_fall")
    ranks = dict(
        rows(
            later.home.warehouse,
            f"""
            select assessment_year, unit_rank from intermediate.int_unit_rank
            where methodology_code = 'quality' and unit_code = '{FALLEN}' and is_root
            """,
        )
    )
    found = {row[0]: row[4] for row in falls}
    assert abs(found[FALLEN] * 6 - (ranks[2019] - ranks[2018])) < Decimal("1e-8")
