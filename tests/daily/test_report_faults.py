"""The faults that the published report of 2019 itself has, given as input: each is caught, and named.

X1 falls of 121 % and 129 %; X2 408 prosecuted of 394 filed; X3 full marks everywhere beside a chapter of faults; X9 an
event of July 2020 in the edition of 2019; X10 a landslide and a private crime counted against the government.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.home import Home
from tests.daily.small_home import EVENT, UNITS, SmallHome, observations

REPORTS = (
    *("+suspect_observation", "+ceiling", "+indicator_redundancy", "+collection_coverage", "+collector_statistics"),
    *("+opinion_event", "+quarantined_row"),
)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory, seeded: Path) -> SmallHome:
    small = SmallHome.copied(seeded, Home(tmp_path_factory.mktemp("reported") / "home"))
    own = {"collector": "team of the report"}
    small.drop("observation", observations(), "all_full.csv")
    # Two files, as they would come from the police and from the court: the door sees only one of them at a time.
    small.drop("observation", observations(values={"E1.3.case_filed_count": "394"}, units=UNITS[:1]), "filed.csv")
    small.drop(
        "observation", observations(values={"E1.3.case_prosecuted_count": "408"}, units=UNITS[:1]), "prosecuted.csv"
    )
    falls = [
        *observations(values={"T5.2": "-121"}, units=UNITS[:1], **own),
        *observations(values={"T5.2": "129"}, units=UNITS[1:2], **own),
    ]
    small.drop("observation", falls, "falls.csv")
    july = {"cluster_code": "X9", "event_date": "2020-07-10", "reported_at": "2020-07-11 09:00"}
    unanswered = {"response_at": "", "response_kind": "none", "captured_at": "2020-07-20 09:00"}
    landslide = {"cluster_code": "X10a", "topic": "safety_or_public_event", "headline": "山体滑坡(合成)"}
    small.drop(
        "opinion_event",
        [
            EVENT | july | unanswered,
            EVENT | landslide | {"responsibility": ""},
            EVENT | landslide | {"cluster_code": "X10b", "responsibility": "none", "severity": "major"},
        ],
        "events.csv",
    )
    small.build(*REPORTS)
    return small


def suspicions(small: SmallHome, name: str) -> list[tuple]:
    return small.rows(
        f"""
        select subject_code, value, is_quarantined, file_name, row_number
        from marts.suspect_observation where suspicion = '{name}' order by row_number
        """
    )


def test_x1_a_share_beyond_all_of_it(reported: SmallHome) -> None:
    assert suspicions(reported, "percentage_out_of_bounds") == [
        ("T5.2", Decimal(-121), True, "falls.csv", 2),
        ("T5.2", Decimal(129), True, "falls.csv", 3),
    ]
    assert reported.rows(
        "select rule from marts.quarantined_row where file_name = 'falls.csv' order by row_number"
    ) == [("value_below_lower_bound",), ("value_above_upper_bound",)]


def test_x2_more_prosecuted_than_filed(reported: SmallHome) -> None:
    assert suspicions(reported, "funnel_order") == [
        ("E1.3.case_prosecuted_count", Decimal(408), False, "prosecuted.csv", 2)
    ]
    assert reported.rows(
        "select compared_measure_code, compared_value from marts.suspect_observation where suspicion = 'funnel_order'"
    ) == [("E1.3.case_filed_count", Decimal(394))]


def test_x3_full_marks_everywhere(reported: SmallHome) -> None:
    shares = dict(
        reported.rows(
            """
            select node_code, full_mark_share from marts.ceiling
            where methodology_code = 'presence' and region_code = '520400' and node_code in ('T', 'C', 'P')
            """
        )
    )
    assert shares == {"T": 1, "C": 1, "P": 1}
    assert reported.rows(
        """
        select distinct is_ceiling from marts.ceiling
        where methodology_code = 'presence' and region_code = '520400' and node_code in ('T', 'C', 'P')
        """
    ) == [(True,)]
    # Under quality one indicator is at 80 % of its goal, and so is no ceiling.
    assert reported.rows(
        "select distinct is_ceiling from marts.ceiling where methodology_code = 'quality' and node_code = 'T5.1'"
    ) == [(False,)]


def test_x9_an_event_of_another_year(reported: SmallHome) -> None:
    assert suspicions(reported, "event_date_outside_year") == [("X9", None, True, "events.csv", 2)]


def test_x10_an_event_without_responsibility(reported: SmallHome) -> None:
    assert suspicions(reported, "responsibility_missing") == [("X10a", None, True, "events.csv", 3)]
    # Said to be nobody's fault it lands, and takes no points for itself.
    assert reported.rows("select distinct cluster_code, points from marts.opinion_event") == [("X10b", Decimal(0))]


def test_coverage_and_collectors(reported: SmallHome) -> None:
    wanted, full = reported.rows(
        """
        select wanted_cell_count, cell_share from marts.collection_coverage
        where region_code = '520400' and channel = 'any'
        """
    )[0]
    assert (wanted % len(UNITS), full) == (0, 1)
    statistics = {
        collector: counts
        for collector, *counts in reported.rows(
            "select collector, row_count, conflict_count, quarantined_count from marts.collector_statistics"
        )
    }
    assert statistics["team of the report"] == [0, 0, 2]
    # The two stages of the funnel stand in two files each, with two values each.
    assert statistics["team 1"][1:] == [4, 0]


def test_nothing_correlates_where_nothing_varies(reported: SmallHome) -> None:
    assert reported.rows("select count(*) from marts.indicator_redundancy") == [(0,)]


def test_equal_indicators_are_redundant(seeded: Path, tmp_path: Path) -> None:
    """Three measures over six units: two rise together, one falls as they rise."""
    small = SmallHome.copied(seeded, Home(tmp_path / "home"))
    rows = [
        row
        for number, unit in enumerate(UNITS)
        for row in observations(
            values={
                "T2.2": str(60 + 5 * number),
                "C2.2": str(5 + 5 * number),
                "C2.3": str(90 - 5 * number),
            },
            units=(unit,),
        )
    ]
    small.drop("observation", rows)
    small.build("+indicator_redundancy")
    found = small.rows(
        """
        select first_node_code, second_node_code, unit_count, correlation, is_redundant
        from marts.indicator_redundancy where methodology_code = 'quality' order by 1, 2
        """
    )
    assert found == [
        ("C2.2", "C2.3", 6, Decimal(-1), True),
        ("C2.2", "T2.2", 6, Decimal(1), True),
        ("C2.3", "T2.2", 6, Decimal(-1), True),
    ]
